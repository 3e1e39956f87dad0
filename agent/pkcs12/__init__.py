"""The keystore format: PKCS#12 with several keys, bytes <-> values. No files."""
