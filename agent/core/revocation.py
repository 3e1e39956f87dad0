"""What a person reads before a certificate is taken back: the same in the terminal and in the window."""

from __future__ import annotations

from agent.core.registration import RevocationReason
from agent.text import N_

REASONS = {
    RevocationReason.KEY_COMPROMISE: N_("somebody else may have the keystore or its password"),
    RevocationReason.AFFILIATION_CHANGED: N_("the organization changed its number or its name"),
    RevocationReason.SUPERSEDED: N_("another certificate has taken its place"),
    RevocationReason.CESSATION_OF_OPERATION: N_("the organization or the software stops"),
}

NO_WAY_BACK = N_("Revoking cannot be undone. From that moment on, with this certificate:")
WHAT_STOPS = (
    N_("billing, insurance checks and prescriptions stop on every computer that uses it;"),
    N_("nobody can send this organization encrypted messages for its key any more."),
)
KEEP_IT = N_("Keep the keystore: old messages can only be read with it.")
RENEW_INSTEAD = N_("If it only has to be replaced, renew it instead; that leaves no gap:")
ALREADY = N_("It was revoked already.")
DONE = N_("The certificate is revoked, and its encryption key with it.")
