"""Ways to make a bad signature look like a good one; each is refused for its own reason."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from copy import deepcopy

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from agent.protocol import certra, soap
from agent.protocol.xml import UnsafeXml, parse_untrusted
from agent.protocol.xmldsig import DS, KeySigner, SignatureInvalid, sign, verify
from tests.protocol.conftest import NOW
from tests.protocol.samples import KEY_ID, REQUEST_ID, REVOCATION

Element = etree._Element
Attack = Callable[[Element], Element]
REQUEST_XML = soap.request_xml(certra.REVOKE, certra.Revoke(KEY_ID, REVOCATION), REQUEST_ID, NOW)


@pytest.fixture(scope="session")
def signed_xml(rsa_signer: KeySigner) -> bytes:
    return sign(REQUEST_XML, rsa_signer)


def refused(element: Element) -> str:
    with pytest.raises(SignatureInvalid) as raised:
        verify(element)
    return raised.value.reason


def find(request: Element, name: str) -> Element:
    found = request.find(f".//{DS.tag(name)}")
    assert found is not None
    return found


def forged(request: Element) -> Element:
    """The request with another key to revoke."""
    request[0].text = "0" * 40
    return request


# ── Wrapping: a good signature somewhere, another element used ───────────────────────────────────────────────────────


def _evil_around_the_original(request: Element) -> Element:
    evil = forged(deepcopy(request))
    evil[-1].append(request)
    return evil


def _evil_with_the_original_in_its_signature(request: Element) -> Element:
    evil = forged(deepcopy(request))
    evil.set("Id", "_evil")
    evil[-1].append(DS("Object", request))
    return evil


def _evil_beside_the_original(request: Element) -> Element:
    evil = forged(deepcopy(request))
    evil.remove(evil[-1])
    body = etree.Element("Body")
    body.extend([evil, request])
    return evil


def _evil_beside_the_original_with_its_signature(request: Element) -> Element:
    evil = forged(deepcopy(request))
    request.remove(request[-1])
    request.tail = None
    body = etree.Element("Body")
    body.extend([evil, request])
    return evil


def _evil_with_another_id_and_the_signature(request: Element) -> Element:
    evil = forged(deepcopy(request))
    evil.set("Id", "_evil")
    request.remove(request[-1])
    header = etree.Element("Header")
    header.append(request)
    envelope = etree.Element("Envelope")
    envelope.extend([header, evil])
    return evil


def _signature_one_level_down(request: Element) -> Element:
    request[1].append(request[-1])
    return request


def _signature_around(request: Element) -> Element:
    signature = request[-1]
    request.remove(signature)
    outer = etree.Element("Outer")
    outer.extend([request, signature])
    return request


WRAPPINGS: dict[str, tuple[Attack, str]] = {
    "the original inside the forged one": (_evil_around_the_original, "same Id"),
    "the original inside the signature": (_evil_with_the_original_in_its_signature, "more than one signature"),
    "the original beside": (_evil_beside_the_original, "same Id"),
    "the original beside, its signature moved": (_evil_beside_the_original_with_its_signature, "same Id"),
    "the original in the header": (_evil_with_another_id_and_the_signature, "by its Id"),
    "the signature deeper": (_signature_one_level_down, "not a child"),
    "the signature outside": (_signature_around, "not a child"),
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_wrapping_is_refused(name: str, signed_xml: bytes) -> None:
    attack, reason = WRAPPINGS[name]
    assert reason in refused(attack(parse_untrusted(signed_xml)))


@pytest.mark.parametrize("attribute", ["Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id", "{urn:wsu}Id"])
def test_a_second_element_with_the_same_id_is_refused(attribute: str, signed_xml: bytes) -> None:
    envelope = parse_untrusted(soap.envelope(signed_xml))
    etree.SubElement(envelope[0], "Other").set(attribute, REQUEST_ID)
    assert "same Id" in refused(envelope[1][0])


def test_no_signature_and_two_signatures_are_refused(signed_xml: bytes) -> None:
    request = parse_untrusted(signed_xml)
    request.append(deepcopy(request[-1]))
    assert "more than one" in refused(request)
    assert "not signed" in refused(parse_untrusted(REQUEST_XML))


def test_only_what_was_signed_is_given_back(signed_xml: bytes) -> None:
    """A comment is no part of what is signed; it cannot cut a text in two for who uses it."""
    commented = signed_xml.replace(KEY_ID.encode(), KEY_ID[:10].encode() + b"<!-- -->" + KEY_ID[10:].encode())
    verified = verify(parse_untrusted(commented))
    assert verified.element[0].text == KEY_ID
    assert [etree.QName(child).localname for child in verified.element] == ["PublicKeyIdentifier", "Contract"]


# ── Changes to what is signed and to what says so ────────────────────────────────────────────────────────────────────


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(xml: bytes) -> bytes:
        assert old.encode() in xml
        return xml.replace(old.encode(), new.encode())

    return change


EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
METHOD = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ENVELOPED = f'<ds:Transform Algorithm="{DS.uri}enveloped-signature"/>'
TRANSFORM = f'<ds:Transform Algorithm="{EXC}"/>'
EXACTLY = "exactly the agreed algorithms"

CHANGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "content": (replaced(KEY_ID, "0" * 40), "changed after"),
    "white space": (replaced("</ns2:PublicKeyIdentifier>", "</ns2:PublicKeyIdentifier>\n"), "changed after"),
    "text after the signature": (replaced("</ds:Signature>", "</ds:Signature>more"), "changed after"),
    "an attribute": (replaced(' IssueInstant="', ' IssueInstant="1'), "changed after"),
    "a prefix": (lambda xml: xml.replace(b"ns3:", b"q:").replace(b"xmlns:ns3=", b"xmlns:q="), "changed after"),
    "the digest": (lambda xml: re.sub(rb"(<ds:DigestValue>).", rb"\1/", xml), "changed after"),
    "an empty digest": (lambda xml: re.sub(rb"(<ds:DigestValue>)[^<]*", rb"\1", xml), "changed after"),
    "the value": (lambda xml: re.sub(rb"(<ds:SignatureValue>)....", rb"\1AAAA", xml), "not made with the key"),
    "no value": (lambda xml: re.sub(rb"<ds:SignatureValue>[^<]*</ds:SignatureValue>", b"", xml), "no SignatureValue"),
    "a value that is no base64": (replaced("<ds:SignatureValue>", "<ds:SignatureValue>*"), "no base64"),
    "reference to everything": (replaced(f'URI="#{REQUEST_ID}"', 'URI=""'), EXACTLY),
    "reference by XPointer": (replaced(f'"#{REQUEST_ID}"', f"\"#xpointer(id('{REQUEST_ID}'))\""), EXACTLY),
    "reference to the network": (replaced(f'URI="#{REQUEST_ID}"', 'URI="http://127.0.0.1:9/"'), EXACTLY),
    "reference without address": (replaced(f' URI="#{REQUEST_ID}"', ""), EXACTLY),
    "no reference": (lambda xml: re.sub(rb"<ds:Reference.*</ds:Reference>", b"", xml), EXACTLY),
    "two references": (lambda xml: re.sub(rb"(<ds:Reference.*</ds:Reference>)", rb"\1\1", xml), EXACTLY),
    "no transform": (replaced(ENVELOPED + TRANSFORM, ""), EXACTLY),
    "only one transform": (replaced(ENVELOPED + TRANSFORM, ENVELOPED), EXACTLY),
    "transforms in another order": (replaced(ENVELOPED + TRANSFORM, TRANSFORM + ENVELOPED), EXACTLY),
    "XSLT": (
        replaced(ENVELOPED, f'{ENVELOPED}<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'),
        EXACTLY,
    ),
    "XPath": (
        replaced(
            ENVELOPED,
            f'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">{ENVELOPED}</ds:Transform>',
        ),
        EXACTLY,
    ),
    "inclusive prefixes": (
        replaced(
            TRANSFORM, TRANSFORM[:-2] + f'><i:InclusiveNamespaces xmlns:i="{EXC}" PrefixList="ns2"/></ds:Transform>'
        ),
        EXACTLY,
    ),
    "canonicalization with comments": (replaced(TRANSFORM, TRANSFORM.replace("#", "#WithComments")), EXACTLY),
    "inclusive canonicalization": (
        replaced(f'Method Algorithm="{EXC}"', 'Method Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"'),
        EXACTLY,
    ),
    "digest SHA-1": (replaced("http://www.w3.org/2001/04/xmlenc#sha256", f"{DS.uri}sha1"), EXACTLY),
    "signature RSA-SHA1": (replaced(METHOD, f"{DS.uri}rsa-sha1"), EXACTLY),
    "signature HMAC": (replaced(METHOD, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"), EXACTLY),
    "signature ECDSA for an RSA key": (replaced(METHOD, METHOD.replace("rsa", "ecdsa")), EXACTLY),
    "HMAC cut short": (
        replaced(
            f'<ds:SignatureMethod Algorithm="{METHOD}"/>',
            f'<ds:SignatureMethod Algorithm="{METHOD}"><ds:HMACOutputLength>1</ds:HMACOutputLength>'
            "</ds:SignatureMethod>",
        ),
        EXACTLY,
    ),
    "no SignedInfo": (lambda xml: re.sub(rb"<ds:SignedInfo>.*</ds:SignedInfo>", b"", xml), "no SignedInfo"),
    "two SignedInfo": (lambda xml: re.sub(rb"(<ds:SignedInfo>.*</ds:SignedInfo>)", rb"\1\1", xml), "more than one"),
    "no key": (lambda xml: re.sub(rb"<ds:KeyInfo>.*</ds:KeyInfo>", b"", xml), "no KeyInfo"),
    "no certificate": (lambda xml: re.sub(rb"<ds:X509Certificate>.*</ds:X509Certificate>", b"", xml), "no certificate"),
    "a certificate that is none": (replaced("<ds:X509Certificate>M", "<ds:X509Certificate>A"), "cannot be read"),
    "the issuer's certificate first": (
        lambda xml: re.sub(rb"(<ds:X509Data>)(.*?</ds:X509Certificate>)(.*)(</ds:X509Data>)", rb"\1\3\2\4", xml),
        EXACTLY,  # the issuer has an EC key
    ),
    "no Id": (replaced(f' Id="{REQUEST_ID}"', ""), "has no Id"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_signature_is_refused(name: str, signed_xml: bytes) -> None:
    change, reason = CHANGES[name]
    changed = change(signed_xml)
    assert changed != signed_xml
    assert reason in refused(parse_untrusted(changed))
    assert reason in refused(parse_untrusted(soap.envelope(changed))[1][0])


def test_a_certificate_of_a_version_that_there_is_not_is_refused(signed_xml: bytes) -> None:
    request = parse_untrusted(signed_xml)
    certificate = find(request, "X509Certificate")
    der = b64decode(certificate.text or "").replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020157"))
    certificate.text = b64encode(der).decode()
    assert "cannot be read" in refused(request)


def resigned(request: Element, key: rsa.RSAPrivateKey, hash_algorithm: hashes.HashAlgorithm) -> Element:
    """The request with a value that fits whatever its SignedInfo now says."""
    data = etree.tostring(find(request, "SignedInfo"), method="c14n", exclusive=True)
    value = key.sign(data, padding.PKCS1v15(), hash_algorithm)
    find(request, "SignatureValue").text = b64encode(value).decode()
    return request


def test_weaker_algorithms_are_refused_even_when_they_are_rightly_used(
    signed_xml: bytes, rsa_key: rsa.RSAPrivateKey
) -> None:
    request = parse_untrusted(signed_xml)
    find(request, "SignatureMethod").set("Algorithm", f"{DS.uri}rsa-sha1")
    assert EXACTLY in refused(resigned(request, rsa_key, hashes.SHA1()))
    request = parse_untrusted(signed_xml)
    signature = request[-1]
    request.remove(signature)
    digest = hashes.Hash(hashes.SHA1())
    digest.update(etree.tostring(request, method="c14n", exclusive=True))
    request.append(signature)
    find(request, "DigestMethod").set("Algorithm", f"{DS.uri}sha1")
    find(request, "DigestValue").text = b64encode(digest.finalize()).decode()
    assert EXACTLY in refused(resigned(request, rsa_key, hashes.SHA256()))


def test_a_signature_by_another_key_than_the_certificates_is_refused(
    rsa_signer: KeySigner, other_rsa_key: rsa.RSAPrivateKey
) -> None:
    impostor = KeySigner(other_rsa_key, rsa_signer.chain)
    assert "not made with the key" in refused(parse_untrusted(sign(REQUEST_XML, impostor)))


def test_the_signature_of_another_request_is_refused(signed_xml: bytes, rsa_signer: KeySigner) -> None:
    other = soap.request_xml(certra.REVOKE, certra.Revoke(KEY_ID, REVOCATION), "_other", NOW)
    request = parse_untrusted(other)
    request.append(parse_untrusted(signed_xml)[-1])
    assert EXACTLY in refused(request)
    find(request, "Reference").set("URI", "#_other")
    assert "changed after" in refused(request)


def test_an_ec_signature_of_another_length_or_form_is_refused(ec_signer: KeySigner) -> None:
    signed = sign(REQUEST_XML, ec_signer)
    value = b64decode(find(parse_untrusted(signed), "SignatureValue").text or "")
    for form in (value[:-1], value + b"\0", value[:48], b"", b"\0" * 48 + value + b"\0" * 48):
        request = parse_untrusted(signed)
        find(request, "SignatureValue").text = b64encode(form).decode()
        assert "length that the curve asks for" in refused(request)
    for form in (b"\0" * 96, value[48:] + value[:48], b"\xff" * 96):
        request = parse_untrusted(signed)
        find(request, "SignatureValue").text = b64encode(form).decode()
        assert "not made with the key" in refused(request)


@settings(max_examples=150)
@given(data=st.data())
def test_whatever_is_changed_the_same_is_verified_or_it_is_refused(data: st.DataObject, signed_xml: bytes) -> None:
    original = etree.tostring(verify(parse_untrusted(signed_xml)).element, method="c14n")
    body = bytearray(signed_xml)
    position = data.draw(st.integers(0, len(body) - 1))
    body[position : position + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        verified = verify(parse_untrusted(bytes(body)))
    except (SignatureInvalid, UnsafeXml):
        return
    assert etree.tostring(verified.element, method="c14n") == original
