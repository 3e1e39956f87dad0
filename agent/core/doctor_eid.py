"""What the facts about readers, eID software and cards mean for a renewal.

Source: spec/eid.md, A (which software can sign), B (certificates), C1 (answers to reset).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from agent.core import eid as rules
from agent.core.doctor import Check, Mark, Topic, fine
from agent.core.survey import CardSeen, Readers, SlotSeen, Software
from agent.core.x509 import certificate_of
from agent.errors import (
    AuthenticationCertificateMissing,
    CardMissing,
    NotAnEid,
    PinBlocked,
    ReaderMissing,
    SignatureCertificateEnds,
    SignatureCertificateExpired,
    SignatureCertificateMissing,
)
from agent.text import _, ngettext, written

OFFICIAL = "Belgium Government"
_EID = "BELPIC"

_RSA_ATR = bytes.fromhex("3B9813400AA503010101AD1311")
_EC_ATR = bytes.fromhex("3B7F96000080318065B085040120120FFF829000")

_SOON_DAYS = 60
"""Before a card's certificate ends: the municipality needs a few weeks for a new card."""


# ── Readers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def readers_checks(seen: Readers) -> list[Check]:
    if seen.problem is not None:
        todo = _("Start the service 'Smart Card' (Windows) or install the package pcscd (Linux), then try again.")
        return [Check(Topic.SERVICE, Mark.STOPS, _(seen.problem), todo)]
    service = fine(Topic.SERVICE, _("it runs"))
    if not seen.readers:
        return [service, Check(Topic.READERS, Mark.STOPS, str(ReaderMissing()), ReaderMissing().advice)]
    return [service, fine(Topic.READERS, ", ".join(_reader(each.name, each.atr) for each in seen.readers))]


def _reader(name: str, atr: bytes | None) -> str:
    if atr is None:
        state = _("empty")
    elif atr in (_RSA_ATR, _EC_ATR):
        state = _("with an eID")
    else:
        state = _("with a card")
    return f"{name} ({state})"


# ── Software ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def software_checks(
    module: Path, bits: int | None, seen: Software, now: datetime, planned: datetime | None = None
) -> list[Check]:
    """What the eID software and the cards in its readers are good for.

    Args:
        bits: the module's word size, None where its file does not tell.
        now: aware UTC.
        planned: when the next signature is due, where none is due now; aware UTC.
    """
    return [_software_check(module, bits, seen), *_card_checks(seen, now, planned)]


def _software_check(module: Path, bits: int | None, seen: Software) -> Check:
    name = " ".join(filter(None, (seen.description or seen.manufacturer, seen.version)))
    size = "" if bits is None else _(", {bits}-bit").format(bits=bits)
    found = f"{name}{size}, {module}"
    if seen.manufacturer == OFFICIAL:
        return fine(Topic.SOFTWARE, found)
    found = _("{software}; it cannot sign with an eID").format(software=found)
    todo = _(
        "Install the official eID software from eid.belgium.be. Where the config names a module, remove that line."
    )
    return Check(Topic.SOFTWARE, Mark.STOPS, found, todo)


def _card_checks(seen: Software, now: datetime, planned: datetime | None) -> list[Check]:
    broken = [_slot_check(slot) for slot in seen.slots if slot.card is None]
    cards = [slot.card for slot in seen.slots if slot.card is not None]
    eids = [card for card in cards if _leaf(card, Topic.SIGNATURE) or _leaf(card, Topic.AUTHENTICATION)]
    eids = eids or [card for card in cards if card.label.startswith(_EID)]
    checks = [check for card in eids for check in _eid_checks(card, seen.manufacturer == OFFICIAL, now, planned)]
    if not checks:
        missing = NotAnEid() if cards else CardMissing()
        if cards or not broken:
            todo = _("Insert the eID to have it looked at as well; nothing is signed.")
            checks = [Check(Topic.CARD, Mark.TODO, str(missing), todo)]
    elif len(eids) > 1:
        text = ngettext("there is {count} eID in the readers", "there are {count} eIDs in the readers", len(eids))
        todo = _("Leave only the eID of the person who signs.")
        checks.append(Check(Topic.CARD, Mark.TODO, text.format(count=len(eids)), todo))
    return [*checks, *broken]


def _slot_check(slot: SlotSeen) -> Check:
    if slot.problem and "TOKEN_NOT_RECOGNIZED" in slot.problem:
        found = _("{reader}: the card in it is no eID").format(reader=slot.reader)
        return Check(Topic.CARD, Mark.TODO, found, NotAnEid().advice)
    found = _("{reader}: the card in it does not answer ({code})").format(reader=slot.reader, code=slot.problem)
    todo = _("If it is the eID, take it out and insert it again. Virtual readers answer like this too, and do no harm.")
    return Check(Topic.CARD, Mark.TODO, found, todo)


def _eid_checks(card: CardSeen, is_official: bool, now: datetime, planned: datetime | None) -> list[Check]:
    checks = [fine(Topic.CARD, _generation(card))]
    if not card.certificates and not is_official:
        todo = _("The official eID software shows its certificates.")
        return [Check(Topic.CARD, Mark.TODO, _("it shows no certificates before a PIN"), todo)]
    checks.append(_certificate_check(card, Topic.AUTHENTICATION, now))
    checks.append(_certificate_check(card, Topic.SIGNATURE, now, planned))
    checks.append(_pin_check(card))
    return checks


def _generation(card: CardSeen) -> str:
    leaf = _leaf(card, Topic.SIGNATURE) or _leaf(card, Topic.AUTHENTICATION)
    key = leaf.public_key() if leaf else None
    if isinstance(key, ec.EllipticCurvePublicKey):
        kind = _("eID of the present generation (EC P-{bits})").format(bits=key.key_size)
    elif isinstance(key, rsa.RSAPublicKey):
        kind = _("eID of the older generation (RSA {bits})").format(bits=key.key_size)
    else:
        kind = _("eID")
    applet = _(", applet {major}.{minor}").format(major=card.applet >> 4, minor=card.applet & 15) if card.applet else ""
    return kind + applet


# ── Certificates ─────────────────────────────────────────────────────────────────────────────────────────────────────

_RULES = {Topic.SIGNATURE: rules.is_for_signature, Topic.AUTHENTICATION: rules.is_for_authentication}
_LABELS = {Topic.SIGNATURE: "Signature", Topic.AUTHENTICATION: "Authentication"}


def _held(card: CardSeen) -> list[tuple[str, x509.Certificate]]:
    """The card's certificates that can be read."""
    read = [(label, _readable(der)) for label, der in card.certificates]
    return [(label, certificate) for label, certificate in read if certificate is not None]


def _readable(certificate_der: bytes) -> x509.Certificate | None:
    """None where its names or key cannot be read, which the library finds out only when it is asked for them."""
    try:
        certificate = certificate_of(certificate_der)
        certificate.subject, certificate.issuer, certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return certificate


def _leaf(card: CardSeen, topic: Topic) -> x509.Certificate | None:
    return next((each for label, each in _held(card) if label == _LABELS[topic] and _RULES[topic](each)), None)


def _certificate_check(card: CardSeen, topic: Topic, now: datetime, planned: datetime | None = None) -> Check:
    leaf = _leaf(card, topic)
    is_needed = Mark.STOPS if topic is Topic.SIGNATURE else Mark.TODO
    if leaf is None:
        missing = SignatureCertificateMissing() if topic is Topic.SIGNATURE else AuthenticationCertificateMissing()
        return Check(topic, is_needed, str(missing), missing.advice)
    end = leaf.not_valid_after_utc
    if end < now:
        found = _("it ended on {day}").format(day=written(end))
        return Check(topic, is_needed, found, SignatureCertificateExpired(end.date()).advice)
    if leaf.not_valid_before_utc > now:
        found = _("it is valid from {day} only").format(day=written(leaf.not_valid_before_utc))
        return Check(topic, is_needed, found, _("Look whether this computer's date is right."))
    valid = _("valid until {day}").format(day=written(end))
    problem = _chain_problem(rules.chain_of(leaf, (each for _label, each in _held(card))))
    if problem is not None:
        todo = _("Take the card out, insert it again and look again. If it stays so, ask the municipality.")
        return Check(topic, Mark.TODO, f"{valid}; {problem}", todo)
    found = _("{valid}, with its chain up to the root").format(valid=valid)
    return _lasting_check(topic, found, end, now, planned)


def _lasting_check(topic: Topic, found: str, end: datetime, now: datetime, planned: datetime | None) -> Check:
    """Whether a certificate that is good today lasts long enough."""
    if planned is not None and end < planned:
        ends = SignatureCertificateEnds(end.date(), planned.date())
        return Check(topic, Mark.TODO, str(ends), ends.advice)
    if (end - now).days < _SOON_DAYS:
        return Check(topic, Mark.TODO, found, _("Ask the municipality for a new card in time."))
    return fine(topic, found)


def signature_ends(seen: Software) -> datetime | None:
    """When the signature certificate of the eID in a reader ends, aware UTC; the earliest of several. None: no eID."""
    cards = [slot.card for slot in seen.slots if slot.card is not None]
    ends = [leaf.not_valid_after_utc for card in cards if (leaf := _leaf(card, Topic.SIGNATURE)) is not None]
    return min(ends, default=None)


def _chain_problem(chain: Sequence[x509.Certificate]) -> str | None:
    """What is wrong with it. A card's own root is no anchor of trust: only that the chain holds together is said."""
    for below, above in pairwise(chain):
        try:
            below.verify_directly_issued_by(above)
        except (InvalidSignature, ValueError, TypeError):
            return _("its chain of certificates does not hold together")
    if chain[-1].issuer != chain[-1].subject:
        return _("its chain of certificates is not complete")
    return None


# ── PIN ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pin_check(card: CardSeen) -> Check:
    left = card.tries_left
    if card.is_blocked or left == 0:
        return Check(Topic.PIN, Mark.STOPS, str(PinBlocked()), PinBlocked().advice)
    if card.is_last_try:
        left = 1
    pinpad = _(", entered on the reader") if card.has_pinpad else ""
    if left is None:
        return fine(Topic.PIN, _("how many tries are left is not told here without a PIN") + pinpad)
    found = ngettext("{count} try left", "{count} tries left", left).format(count=left) + pinpad
    if left < 3:
        return Check(Topic.PIN, Mark.TODO, found, _("The right PIN, entered once, brings back all three tries."))
    return fine(Topic.PIN, found)
