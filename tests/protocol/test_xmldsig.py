"""What we sign others verify, what the official client signed we verify, and nothing less."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from agent.protocol import certra, soap
from agent.protocol.namespaces import CERTRA
from agent.protocol.xml import parse_untrusted
from agent.protocol.xmldsig import DS, KeySigner, SignatureInvalid, sign, verify
from tests.protocol.conftest import NOW, Authority, issue
from tests.protocol.samples import CONTACT, CONTRACT, REQUEST_ID

REQUEST_XML = soap.request_xml(
    certra.GENERATE_CERTIFICATE, certra.GenerateCertificate(CONTACT, b"\x30\x00", CONTRACT), REQUEST_ID, NOW
)
GOLDEN_SIGNED = (
    "GenerateCertificate.signed.xml",
    "GetCertificateInfoForAuthenticationCertificate.signed.xml",
    "StartETKRegistration.signed.xml",
)


def in_body(message: bytes) -> etree._Element:
    """The request element of a SOAP message."""
    return parse_untrusted(message)[1][0]


def test_what_is_signed_verifies_alone_and_inside_its_envelope(signer: KeySigner) -> None:
    signed = sign(REQUEST_XML, signer)
    for element in (parse_untrusted(signed), in_body(soap.envelope(signed))):
        verified = verify(element)
        assert verified.chain == signer.chain
        assert etree.tostring(verified.element, method="c14n") == etree.tostring(
            parse_untrusted(REQUEST_XML), method="c14n", exclusive=True
        )


def test_signing_changes_nothing_of_the_request_and_adds_the_signature_last(signer: KeySigner) -> None:
    signed = parse_untrusted(sign(REQUEST_XML, signer))
    assert [child.tag for child in signed][-1] == DS.tag("Signature")
    signed.remove(signed[-1])
    assert etree.tostring(signed) == etree.tostring(parse_untrusted(REQUEST_XML))


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda curve: curve.name)
def test_every_curve_has_its_own_length_of_signature(curve: ec.EllipticCurve, authority: Authority) -> None:
    signed = parse_untrusted(sign(REQUEST_XML, authority.signer(ec.generate_private_key(curve))))
    value = signed.findtext(f".//{DS.tag('SignatureValue')}") or ""
    assert len(b64decode(value)) == 2 * ((curve.key_size + 7) // 8)
    verify(signed)


def test_the_signature_says_which_algorithms_made_it(rsa_signer: KeySigner, ec_signer: KeySigner) -> None:
    for signer, method in ((rsa_signer, "rsa-sha256"), (ec_signer, "ecdsa-sha256")):
        signature = parse_untrusted(sign(REQUEST_XML, signer))[-1]
        algorithms = [node.get("Algorithm") for node in signature.iter() if node.get("Algorithm")]
        assert algorithms == [
            "http://www.w3.org/2001/10/xml-exc-c14n#",
            f"http://www.w3.org/2001/04/xmldsig-more#{method}",
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "http://www.w3.org/2001/10/xml-exc-c14n#",
            "http://www.w3.org/2001/04/xmlenc#sha256",
        ]
        chain = [b64decode(node.text or "") for node in signature.iter(DS.tag("X509Certificate"))]
        assert tuple(chain) == signer.chain_der


def test_a_request_without_an_id_is_not_signed(rsa_signer: KeySigner) -> None:
    with pytest.raises(ValueError, match="without Id"):
        sign(b"<a/>", rsa_signer)


def test_a_key_that_the_services_do_not_take_is_not_used(authority: Authority) -> None:
    for key in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.BrainpoolP256R1())):
        signer = KeySigner(key, (issue("Signer", key, "Authority", authority.key),))  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="neither RSA nor EC"):
            sign(REQUEST_XML, signer)
    with pytest.raises(ValueError, match="neither RSA nor EC"):
        KeySigner(ed25519.Ed25519PrivateKey.generate(), ()).sign(b"")


def test_a_signer_does_not_print_its_key(rsa_signer: KeySigner) -> None:
    assert "private_key" not in repr(rsa_signer)


# ── The official client ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("file", GOLDEN_SIGNED)
def test_what_the_official_client_signed_verifies(file: str, golden: Callable[[str], bytes]) -> None:
    verified = verify(parse_untrusted(golden(file)))
    assert len(verified.chain) == 3
    assert verified.element.find(DS.tag("Signature")) is None


@pytest.mark.parametrize("file", GOLDEN_SIGNED)
def test_what_the_official_client_signed_verifies_inside_an_envelope(file: str, golden: Callable[[str], bytes]) -> None:
    payload = golden(file)
    verify(in_body(soap.envelope(payload[payload.index(b"?>") + 2 :])))


@pytest.mark.parametrize("change", ["tampered", "reindented"])
def test_what_was_changed_after_the_official_client_signed_it_does_not(
    change: str, golden: Callable[[str], bytes]
) -> None:
    with pytest.raises(SignatureInvalid, match="changed after it was signed"):
        verify(parse_untrusted(golden(f"{change}.StartETKRegistration.signed.xml")))


# ── Outside judges ───────────────────────────────────────────────────────────────────────────────────────────────────


def messages(signer: KeySigner) -> tuple[bytes, bytes]:
    signed = sign(REQUEST_XML, signer)
    return signed, soap.envelope(signed)


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed")
def test_xmlsec_verifies_what_we_sign(signer: KeySigner, authority: Authority, tmp_path: Path) -> None:
    (trusted := tmp_path / "ca.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    command = [
        *("xmlsec1", "--verify", "--id-attr:Id", f"{CERTRA.uri}:GenerateCertificateRequest"),
        *("--enabled-reference-uris", "same-doc", "--trusted-pem", str(trusted)),
        *("--verification-time", NOW.strftime("%Y-%m-%d %H:%M:%S")),
    ]
    for number, message in enumerate(messages(signer)):
        (file := tmp_path / f"{number}.xml").write_bytes(message)
        judged = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
        assert judged.returncode == 0, judged.stderr
        file.write_bytes(message.replace(b"zoe@example.org", b"eve@example.org"))
        assert subprocess.run([*command, str(file)], capture_output=True, check=False).returncode != 0


def test_signxml_verifies_what_we_sign(signer: KeySigner) -> None:
    at = SignatureConfiguration(verification_time=NOW)
    for message in messages(signer):
        verified = XMLVerifier().verify(message, x509_cert=signer.chain[0], id_attribute="Id", expect_config=at)
        assert isinstance(verified, VerifyResult)
        assert verified.signed_xml is not None
        assert verified.signed_xml.get("Id") == REQUEST_ID
