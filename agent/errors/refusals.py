"""What eHealth's refusals mean and what to do about them, by code.

The codes are open ended and not published: what is not in here is shown as it came, and what is in here is shown beside
eHealth's own words, never instead of them.
Source: spec/ra-protocol.md, Requests and responses; sandbox/refusals.py, whose codes these are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.text import N_


@dataclass(frozen=True, slots=True)
class Meaning:
    """`what` it means and what to do `next`: sentences to be translated where they are shown."""

    what: str
    next: str


_ACTIVE = Meaning(
    N_("There is a certificate for this holder already, and it cannot be replaced yet."),
    N_(
        "Look for its keystore and go on using that one; it can be renewed in its last 90 days. If it is lost, it has "
        "to be revoked before a new one is requested. For a second one beside it, give an application id of its own."
    ),
)
_NUMBER = Meaning(
    N_("The number is not right."),
    N_("Compare it with the letter from RIZIV/INAMI or the entry in the CBE, then request again."),
)
_HOLDER = Meaning(
    N_("The name and the number do not belong together as eHealth knows them."),
    N_("Give the name as in the Belgian Official Gazette and look the number up, then request again."),
)
_NOT_ENTITLED = Meaning(
    N_("This person may not manage certificates for that organization."),
    N_(
        "The organization's responsible person can do it, or appoint this person as local manager in CSAM (csam.be); "
        "then request again."
    ),
)
_CONTACT = Meaning(
    N_("eHealth does not take the e-mail address or the phone number."),
    N_("Look at the contact data, then request again."),
)
_CONTRACT = Meaning(
    N_("The contract is no longer the one that eHealth made."),
    N_("Request again: the contract of that moment is shown. Nothing was requested with the old one."),
)
_CARD = Meaning(
    N_("eHealth does not accept this eID for signing."),
    N_(
        "Use the eID of the person who accepted the contract; if it is that one, the municipality can look at the card."
    ),
)

KNOWN: Mapping[str, Meaning] = {
    "CERT_ALREADY_ACTIVE": _ACTIVE,
    "CERT_REQUEST_IN_PROGRESS": Meaning(
        N_("eHealth is already working on a request for this holder."),
        N_(
            "Complete that one: ehealth-agent complete, on the computer where it was made. If it is lost, ask eHealth "
            "support to end it."
        ),
    ),
    "CERT_REQUEST_REFUSED": Meaning(
        N_("A person at eHealth looked at the request and refused it."),
        N_(
            "Ask eHealth support why. To put this request aside and make a new one, once the reason is gone: "
            "ehealth-agent request --anew"
        ),
    ),
    "SIGNER_NOT_AUTHORIZED": _NOT_ENTITLED,
    "ACTOR_INVALID": _HOLDER,
    "IDENTIFIER_TYPE_UNKNOWN": Meaning(
        N_("eHealth gives no certificates to this kind of organization."),
        N_("Choose another kind; the supplier of your software knows which one it needs."),
    ),
    "IDENTIFIER_FORMAT": _NUMBER,
    "IDENTIFIER_CHECK_DIGITS": _NUMBER,
    "APPLICATION_ID_INVALID": Meaning(
        N_("eHealth does not take the application id."),
        N_("Choose another one, or leave it out where the supplier of your software does not ask for one."),
    ),
    "BASE_SERVICE_NOT_ALLOWED": Meaning(
        N_("This kind of organization may not have one of the chosen base services."),
        N_("Leave it out, then request again."),
    ),
    "CONTACT_DATA_INVALID": _CONTACT,
    "CONTRACT_UNKNOWN": _CONTRACT,
    "CONTRACT_DN_CHANGED": _CONTRACT,
    "CONTRACT_SIGNER_CHANGED": _CONTRACT,
    "SIGNER_IS_ANOTHER_PERSON": _CARD,
    "SIGNER_NOT_TRUSTED": _CARD,
    "SIGNER_NOT_VALID_NOW": _CARD,
    "SIGNER_NOT_AN_EID": _CARD,
    "ISSUE_INSTANT_NOT_NOW": Meaning(
        N_("The clock of this computer is not right."),
        N_("Set date, time and time zone, best by itself over the internet, then request again."),
    ),
}
