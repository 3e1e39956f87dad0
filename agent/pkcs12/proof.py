"""Prove that a private key works and belongs to its certificate, by using it once.

Source: design/product.md; issue: each key is proved before a file is put in place.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from agent.core.keystore import KeyEntry, Keystore
from agent.errors import Damaged
from agent.text import _


def prove(keystore: Keystore) -> None:
    """Raises: Damaged, with an empty path, where a key does not do what its certificate promises."""
    for entry in keystore.keys:
        try:
            works = _works(entry)
        except (ValueError, InvalidSignature):
            works = False
        if not works:
            raise Damaged("", _("the private key {alias!r} does not fit its certificate").format(alias=entry.alias))


def _works(entry: KeyEntry) -> bool:
    private_key, public_key = entry.private_key, entry.certificate.public_key()
    text = os.urandom(32)
    if isinstance(private_key, rsa.RSAPrivateKey) and isinstance(public_key, rsa.RSAPublicKey):
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        signature = private_key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        public_key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        return private_key.decrypt(public_key.encrypt(text, oaep), oaep) == text
    if isinstance(private_key, ec.EllipticCurvePrivateKey) and isinstance(public_key, ec.EllipticCurvePublicKey):
        public_key.verify(private_key.sign(text, ec.ECDSA(hashes.SHA256())), text, ec.ECDSA(hashes.SHA256()))
        return True
    return private_key.public_key() == public_key
