"""Certificates from files made elsewhere: PEM, or a keystore of whoever made it."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from agent.core import dn
from agent.core.x509 import name_of
from agent.sandbox.services import Sandbox


def certificates_in(data: bytes, password: str | None) -> list[x509.Certificate]:
    """All certificates in a PEM text or a PKCS#12 file. Raises: ValueError."""
    if data.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificates(data)
    if password is None:
        raise ValueError("a keystore needs its password: --password-stdin")
    loaded = pkcs12.load_pkcs12(data, password.encode())
    entries = [loaded.cert, *loaded.additional_certs]
    return list(dict.fromkeys(entry.certificate for entry in entries if entry is not None))


def adopt_all(sandbox: Sandbox, certificates: Sequence[x509.Certificate]) -> None:
    """Register each eHealth authentication certificate among them, with its chain and encryption certificates.

    Raises: ValueError where there is none.
    """
    holders = [one for one in certificates if dn.holder_of(name_of(one.subject)) is not None]
    leaves = [one for one in holders if one.subject != one.issuer]
    if not leaves:
        raise ValueError("there is no eHealth authentication certificate in it")
    above = {one.subject: one for one in certificates if one not in holders}
    for leaf in leaves:
        chain = [leaf]
        while (issuer := above.get(chain[-1].issuer)) is not None and issuer not in chain:
            chain.append(issuer)
        own = [one for one in holders if one.subject == one.issuer == leaf.subject]
        sandbox.adopt(leaf, chain, sorted(own, key=lambda one: one.not_valid_before_utc))
