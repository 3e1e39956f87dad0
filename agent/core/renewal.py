"""The states of a certificate's making, be it a renewal or the first one, and when to ask again.

Each `Step` is journaled before it acts, and acting again after a crash is harmless, because every step first looks at
what is already there:

    MAKE_KEY        a new key in a pending keystore, on disk
    SIGN            contract shown and accepted, PIN; no effect outside this process
    SUBMIT          in place of SIGN and SEND for a person without Belgian residence, who has no eID: the request leaves
                    unsigned, and its answer says where that person logs in to validate it
    SEND            the request leaves; from here on its outcome may be unknown, so the service is asked before a resend
    COLLECT         ask for the certificate until it is there
    INSTALL         check it, put it and its chain into the pending keystore
    MAKE_TOKEN_KEY  a new encryption key, on disk
    REGISTER_TOKEN  its certificate is in the keystore, then registered at eHealth
    PUT_IN_PLACE    every key proved, the keystore gets its final name beside the old one
    CONFIRM         eHealth confirms certificate and token
    ACTIVATE        the new token takes over from the old one; waits for a person's word
    DONE, ENDED     nothing is left to do; the request was refused
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from agent.core.glance import Fingerprint
from agent.core.holder import Environment, Holder
from agent.core.registration import ContactData, PublicKeyIdentifier


class Step(Enum):
    MAKE_KEY = "make_key"
    SIGN = "sign"
    SUBMIT = "submit"
    SEND = "send"
    COLLECT = "collect"
    INSTALL = "install"
    MAKE_TOKEN_KEY = "make_token_key"
    REGISTER_TOKEN = "register_token"
    PUT_IN_PLACE = "put_in_place"
    CONFIRM = "confirm"
    ACTIVATE = "activate"
    DONE = "done"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a certificate is requested with, where no earlier one says it.

    Attributes:
        first_names: the holder's.
        for_foreigner: the holder has no Belgian residence: no eID signs, the person logs in at an address of eHealth's.
    """

    contact: ContactData
    first_names: tuple[str, ...] = ()
    base_services: tuple[str, ...] = ()
    for_foreigner: bool = False


@dataclass(frozen=True, slots=True)
class Renewal:
    """A renewal, or the making of a first certificate, as the journal keeps it. No secret.

    Paths are absolute, instants aware UTC.

    Attributes:
        id: the journal's name for it: a UUID.
        old_path: the keystore that is replaced, which stays as it is; None where there is none.
        new_path: the final place of its successor, beside it.
        fingerprint: of the certificate that is replaced; of a first one, what stands for it (`stand_in`).
        request_id: `Id` of the GenerateCertificate or SubmitCSRForForeigner request, once one was about to leave.
        public_key_identifier: of the new key, once there is one; by it the service knows request and certificate.
        by_hand: a person at eHealth must look first.
        polls: how often the certificate was asked for; with `next_poll` it survives a restart.
        token_to_activate: the new token waits for ActivateETK while the old one stays in force.
        ended_because: what eHealth said: the reason of ENDED, or of waiting in COLLECT for a person's decision.
        wanted: None for a renewal, where eHealth knows it, and where the request was sent by another program.
        validation_url: where a person without Belgian residence logs in (`core.validation.is_safe`); None while that is
            not known, and where the answer that said it was lost.
        validation_ends: until when.
        keys_of: of a first one: an old keystore whose encryption keys go into the new one; None where there is none.
        contact: of a renewal, while it is not over: what the person gave in place of what eHealth has; None where
            nothing was changed.
    """

    id: str
    started: datetime
    step: Step
    environment: Environment
    holder: Holder
    old_path: str | None
    new_path: str
    fingerprint: Fingerprint
    request_id: str | None = None
    public_key_identifier: PublicKeyIdentifier | None = None
    by_hand: bool = False
    polls: int = 0
    next_poll: datetime | None = None
    token_to_activate: bool | None = None
    ended_because: str | None = None
    wanted: Wanted | None = None
    validation_url: str | None = None
    validation_ends: datetime | None = None
    keys_of: str | None = None
    contact: ContactData | None = None

    @property
    def path(self) -> str:
        """The keystore by which people know it: the one that is replaced, or the one that comes to be."""
        return self.old_path or self.new_path

    @property
    def is_adopted(self) -> bool:
        """Another program began it, in a keystore that has its final name already."""
        return self.old_path is None and self.wanted is None

    @property
    def for_foreigner(self) -> bool:
        return self.wanted is not None and self.wanted.for_foreigner

    @property
    def can_be_put_aside(self) -> bool:
        """A first request that eHealth does not have, or refused: a person may give it up."""
        return self.wanted is not None and (self.step in (Step.MAKE_KEY, Step.SIGN) or self.ended_because is not None)

    @property
    def is_over(self) -> bool:
        return self.step in (Step.DONE, Step.ENDED)

    @property
    def needs_a_person(self) -> bool:
        """It cannot go on by itself: the eID has to sign, eHealth refused, or the last word is a person's."""
        return self.step in (Step.MAKE_KEY, Step.SIGN, Step.SUBMIT, Step.ACTIVATE) or self.ended_because is not None


def stand_in(*facts: str) -> Fingerprint:
    """What stands for a certificate that is not there yet: the same facts, the same request."""
    from hashlib import sha256  # with all of libcrypto, which an idle resident does not need

    return Fingerprint(sha256("\n".join(facts).encode()).hexdigest())


_MINUTE = 60
_STEPS_S = (*(10,) * 6, *(n * _MINUTE for n in (1, 2, 5, 10, 20, 30, 60, 180, 360)))
_BY_HAND_FROM = _STEPS_S.index(30 * _MINUTE)


def next_poll_delay(polls: int, by_hand: bool, jitter: float) -> timedelta:
    """How long to wait before asking for the certificate again, after `polls` answers of "not yet".

    Args:
        by_hand: a person at eHealth must look first: no use asking before half an hour.
        jitter: between -1 and 1, spread over ± 10 %.
    Source: design/product.md, Numbers.
    """
    position = polls + (_BY_HAND_FROM if by_hand else 0)
    seconds = _STEPS_S[min(position, len(_STEPS_S) - 1)]
    return timedelta(seconds=seconds * (1 + jitter / 10))
