"""The services' messages: values <-> bytes. No network."""
