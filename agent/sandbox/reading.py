"""From a request's elements to values, and the checks that concern one value alone."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from agent.core.person import Person
from agent.core.registration import ContactData, LocalizedText
from agent.sandbox.pki import Pki
from agent.sandbox.refusals import Code, Refusal
from agent.sandbox.registry import Registration, State
from agent.sandbox.requests import Request
from agent.sandbox.scenarios import Scenario, Trouble
from agent.sandbox.shapes import CERTRA_CORE, COMMONS, XML


@dataclass(frozen=True)
class Call:
    """A request on its way through one operation. `person` or `registration` is who signed it, where somebody must."""

    request: Request
    now: datetime
    state: State
    pki: Pki
    troubles: Mapping[Trouble, Scenario]
    base_url: str
    person: Person | None = None
    registration: Registration | None = None

    @property
    def element(self) -> etree._Element:
        return self.request.element

    @property
    def signer(self) -> Person:
        assert self.person is not None
        return self.person

    @property
    def software(self) -> Registration:
        assert self.registration is not None
        return self.registration


@dataclass(frozen=True)
class Actor:
    """Somebody with one identifier."""

    type: str
    number: str
    first_names: tuple[str, ...]
    name: str


_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"0[0-9]{8,16}", re.ASCII)  # at most 00 and the fifteen digits of E.164


def child(element: etree._Element, local_name: str) -> etree._Element:
    """The first child of that name; the structure was checked before."""
    return next(one for one in element if etree.QName(one).localname == local_name)


def children(element: etree._Element, local_name: str) -> list[etree._Element]:
    return [one for one in element if etree.QName(one).localname == local_name]


def text(element: etree._Element, local_name: str) -> str:
    return (child(element, local_name).text or "").strip()


def base64_of(element: etree._Element, local_name: str) -> bytes:
    return base64.b64decode("".join(text(element, local_name).split()))


def actor(element: etree._Element) -> Actor:
    """Raises: Refusal."""
    identifiers = element.findall(f"{{{COMMONS}}}Id")
    if len(identifiers) != 1:
        raise Refusal(Code.ACTOR_INVALID, "An actor is identified by one identifier")
    first_names = tuple((one.text or "").strip() for one in element.findall(f"{{{COMMONS}}}FirstName"))
    name = (element.findtext(f"{{{COMMONS}}}Name") or "").strip()
    if not name:
        raise Refusal(Code.ACTOR_INVALID, "An actor has a name")
    return Actor(str(identifiers[0].attrib["Type"]), (identifiers[0].text or "").strip(), first_names, name)


def signer_of(element: etree._Element) -> Person:
    """A Signer element's person. Raises: Refusal."""
    found = actor(element)
    if found.type != "SSIN" or not re.fullmatch("[0-9]{11}", found.number, re.ASCII):
        raise Refusal(Code.ACTOR_INVALID, "A signer is identified by an SSIN of 11 digits")
    return Person(found.number, " ".join(found.first_names) or None, found.name)


def contact_data(element: etree._Element) -> ContactData:
    """Raises: Refusal where an address or a number cannot be one."""
    values = {name: element.findtext(f"{{{CERTRA_CORE}}}{name}") for name in _CONTACT_FIELDS}
    for name, value in values.items():
        form = _EMAIL if name.startswith("Email") else _PHONE
        if value is not None and not form.fullmatch(value):
            raise Refusal(Code.CONTACT_DATA_INVALID, f"{name} is not valid", field=name)
    return ContactData(
        values["EmailPrivate"] or "", values["PhonePrivate"] or "", values["EmailGeneral"], values["PhoneGeneral"]
    )


_CONTACT_FIELDS = ("EmailPrivate", "EmailGeneral", "PhonePrivate", "PhoneGeneral")


def localized(element: etree._Element) -> tuple[LocalizedText, ...]:
    """The values as they came: not a space is taken off."""
    return tuple(LocalizedText(str(one.attrib[f"{{{XML}}}lang"]), one.text or "") for one in element)


def signing_request(csr_der: bytes) -> x509.CertificateSigningRequest:
    """A PKCS#10 request that is signed SHA-256 with RSA by the 2048-bit key that it holds. Raises: Refusal."""
    try:
        csr = x509.load_der_x509_csr(csr_der)
        key, algorithm = csr.public_key(), csr.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise Refusal(Code.CSR_INVALID, f"The CSR is no PKCS#10 request: {problem}") from problem
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != 2048:
        raise Refusal(Code.CSR_KEY, "The key must be RSA with 2048 bits")
    if not isinstance(algorithm, hashes.SHA256) or not csr.is_signature_valid:
        raise Refusal(Code.CSR_SIGNATURE, "The CSR must be signed SHA-256 with RSA by its own key")
    return csr
