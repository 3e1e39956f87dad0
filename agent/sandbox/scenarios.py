"""Things that go wrong, switched on from outside.

A `Scenario` waits for requests that it applies to. It may be limited to one operation and to the next `times` of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """What goes wrong."""

    SLOW_DELIVERY = "slow_delivery"  # `value` polls before the certificate is there (default 50)
    MANUAL_VALIDATION = "manual_validation"  # no certificate before somebody approves
    REFUSAL = "refusal"  # the request is taken and then refused by a person
    NEW_ADDRESS = "new_address"  # a foreigner's request that is known gets another address to log in at
    UNSAFE_ADDRESS = "unsafe_address"  # the address that a foreigner gets is not https
    OTHER_KEY = "other_key"  # a certificate for a key that nobody asked one for
    OTHER_DN = "other_dn"  # a certificate for somebody else
    WRONG_CHALLENGE = "wrong_challenge"  # hash and number of the challenge do not fit
    SOAP_FAULT = "soap_fault"
    HTML_PAGE = "html_page"  # as from a proxy, with HTTP status `value` (default 200)
    HTTP_STATUS = "http_status"  # an empty answer with status `value` (default 503)
    CUT_BEFORE = "cut_before"  # connection closed, the request was not taken
    CUT_AFTER = "cut_after"  # connection closed, the request was taken
    CUT_MIDWAY = "cut_midway"  # taken; half of the announced answer, then closed
    TRUNCATED = "truncated"  # taken; half of the XML as if it were all
    WRONG_IN_RESPONSE_TO = "wrong_in_response_to"
    DTD = "dtd"  # the answer has a document type and an entity


_OWN_OPERATION = {
    Trouble.SLOW_DELIVERY: "GenerateCertificate",
    Trouble.MANUAL_VALIDATION: "GenerateCertificate",
    Trouble.REFUSAL: "GenerateCertificate",
    Trouble.NEW_ADDRESS: "SubmitCSRForForeigner",
    Trouble.UNSAFE_ADDRESS: "SubmitCSRForForeigner",
    Trouble.OTHER_KEY: "GetCertificate",
    Trouble.OTHER_DN: "GetCertificate",
    Trouble.WRONG_CHALLENGE: "StartETKRegistration",
}

_DEFAULT_VALUE = {Trouble.SLOW_DELIVERY: 50, Trouble.HTML_PAGE: 200, Trouble.HTTP_STATUS: 503}


@dataclass
class Scenario:
    """One trouble.

    Attributes:
        operation: the only one it strikes; None: every one (troubles of one operation keep to that).
        times: how many more requests it strikes; None: until it is cleared.
        value: a number that the trouble needs; None: its default.
    """

    trouble: Trouble
    operation: str | None = None
    times: int | None = None
    value: int | None = None

    def strikes(self, operation: str) -> bool:
        if self.times == 0:
            return False
        wanted = _OWN_OPERATION.get(self.trouble, self.operation)
        return wanted is None or wanted == operation

    @property
    def number(self) -> int:
        return _DEFAULT_VALUE.get(self.trouble, 0) if self.value is None else self.value


def struck(scenarios: list[Scenario], operation: str) -> dict[Trouble, Scenario]:
    """The troubles that strike this request, each counted as used once. Used-up scenarios are dropped."""
    now = {scenario.trouble: scenario for scenario in scenarios if scenario.strikes(operation)}
    for scenario in now.values():
        if scenario.times is not None:
            scenario.times -= 1
    scenarios[:] = [scenario for scenario in scenarios if scenario.times != 0]
    return now
