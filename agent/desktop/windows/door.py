"""The pipeline's `Door` in front of a window: each of its calls is a page, and its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from agent.core.holder import Environment
from agent.core.person import Person
from agent.core.readiness import Said
from agent.core.registration import AnyContract, ContactData, Verdict
from agent.core.renewal import Step
from agent.desktop.windows.pages import (
    NEEDS_SOFTWARE,
    Busy,
    CardWanted,
    Choice,
    ContractShown,
    Matter,
    OtherCardWanted,
    Page,
    PinWanted,
    Progress,
    Trouble,
)
from agent.desktop.windows.request_pages import ContactChange, Forward
from agent.desktop.windows.stage import Stage, Unanswered
from agent.errors import (
    CardError,
    CardFailed,
    CardMissing,
    MiddlewareCrashed,
    PinBlocked,
    PinCancelled,
    PinError,
    PinImpossible,
    PinWindowFailed,
    PinWrong,
)
from agent.ports import Card, Eid
from agent.secret import Secret
from agent.text import N_

CARD_POLL_S = 1.0
ASKING = N_("Asking eHealth: type the PIN where it is asked for")
"""While the card signs a question; its own software may have a window for the PIN."""

_SAID = (PinError, PinWindowFailed, MiddlewareCrashed, CardFailed)
"""Problems that no other card would solve: the person reads them, and tries again."""


class WindowDoor:
    """The pipeline's `Door`, in front of a window.

    Args:
        goes_on_alone: the agent can go on without this window.
        is_first: a certificate is made that replaces none.
        signer: whose card it is, where that is known before the contract.
        asks_for: what eHealth is asked with a PIN before anything is requested, translated.
        does: what is signed where no certificate is made, translated.
        by_login: nobody signs, because a person logs in at eHealth instead.
    Attributes:
        wants_other_card: the person said that somebody else is to sign; the run ends, and another begins.
        signer: whose card it was.
        contact_given: what the person gave in place of what eHealth has.
        asks_contact: they are asked for it, whatever eHealth has.
    """

    def __init__(
        self,
        stage: Stage,
        card: Card,
        matter: Matter,
        goes_on_alone: bool,
        card_poll_s: float = CARD_POLL_S,
        *,
        is_first: bool = False,
        signer: Person | None = None,
        asks_for: str = "",
        does: str = "",
        by_login: bool = False,
        contact_given: ContactData | None = None,
        asks_contact: bool = False,
    ) -> None:
        self._stage, self._card, self._holder, self._environment = stage, card, matter.holder, matter.environment
        self._card_poll_s, self._asks_for = card_poll_s, asks_for
        self._progress = Progress(Step.MAKE_KEY, "", goes_on_alone=goes_on_alone, is_first=is_first, by_login=by_login)
        self._now: Page = Busy(ASKING) if asks_for else Busy(does) if does else self._progress
        self._pin_was_asked_here = False
        self._last_pin_problem: CardError | None = None
        self.wants_other_card = False
        self.signer = signer
        self.contact_given, self.asks_contact = contact_given, asks_contact
        self._contact: ContactData | None = None

    # ── Door ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def step(self, step: Step, text: str) -> None:
        self._is_at(replace(self._progress, step=step, text=text, until=None))

    def waiting(self, until: datetime, by_hand: bool) -> None:
        self._is_at(replace(self._progress, step=Step.COLLECT, text="", until=until, by_hand=by_hand))

    def _is_at(self, progress: Progress) -> None:
        self._progress = self._now = progress
        self._stage.show(progress)

    def contact(self, contact: ContactData, said: Said) -> ContactData:
        """Without a page of its own where nobody doubts it: the contract's page shows it, and leads here."""
        contact = self.contact_given or contact
        is_doubted = said is Said.WRONG and self._contact is None
        if said is Said.WRONG or self.asks_contact:
            self.asks_contact = False
            contact = self._asked_contact(contact, is_doubted)
        self._contact = contact
        return contact

    def _asked_contact(self, contact: ContactData, is_doubted: bool) -> ContactData:
        from agent.desktop.windows.request_form import contact_given, contact_of  # their rules take a moment to load

        answer = self._stage.ask(ContactChange(contact_given(contact), is_doubted))
        self._stage.show(self._now)
        if isinstance(answer, Forward):
            self.contact_given = contact = contact_of(answer.given)
        return contact

    def accept(self, contract: AnyContract, signer: Person, environment: Environment) -> Verdict:
        assert self._holder is not None, "only eHealth's certificates have contracts"
        self.signer = signer
        answer = self._stage.ask(ContractShown(contract.text, self._holder, signer, environment, self._contact))
        self.wants_other_card = answer is Choice.OTHER_CARD
        self._stage.show(self._now)
        return {Choice.GO_ON: Verdict.ACCEPTED, Choice.CONTACT: Verdict.OTHER_CONTACT}.get(answer, Verdict.DECLINED)

    def enter_pin(self, attempts_left: int | None) -> Secret:
        assert self.signer is not None, "whose PIN it is was seen before"
        self._pin_was_asked_here = True
        holder = None if self._asks_for else self._holder
        page = PinWanted(holder, self.signer, self._environment, attempts_left, self._last_pin_problem, self._asks_for)
        given = self._stage.ask(page)
        self._stage.show(self._now)
        if not isinstance(given, Secret):
            raise PinCancelled
        return given

    def card_problem(self, problem: CardError) -> bool:
        asked_here, self._pin_was_asked_here = self._pin_was_asked_here, False
        self._last_pin_problem = None
        if isinstance(problem, PinBlocked):
            return False
        if isinstance(problem, PinWrong | PinImpossible) and asked_here:  # the PIN's page says so, and asks again
            self._last_pin_problem = problem
            return True
        if self._asks_for and isinstance(problem, _SAID):  # who only asks may rather do without the answer
            return False
        shows_only_when_signing = self.signer is not None and isinstance(problem, NEEDS_SOFTWARE)
        if shows_only_when_signing or isinstance(problem, _SAID):
            self._stage.ask(Trouble(problem))
        elif not self._card_came(problem, None):
            self.wants_other_card = True
            return False
        self._stage.show(self._now)
        return True

    # ── Waiting for a card ───────────────────────────────────────────────────────────────────────────────────────────

    def await_other_card(self, signer: Person | None) -> None:
        """Until a card other than `signer`'s is in the reader, or theirs was taken out and came back."""
        self._card_came(OtherCardWanted() if signer else CardMissing(), signer)

    def _card_came(self, problem: CardError, not_of: Person | None) -> bool:
        """Look at the reader every second. True: go on with the card in it; False: begin again with that card."""
        page = CardWanted(problem)
        self._stage.show(page)
        refused, was_away = not_of, False
        while True:
            try:
                answer = self._stage.answer_to(page, self._card_poll_s)
            except Unanswered:
                pass
            else:
                return answer is not Choice.OTHER_CARD
            try:
                eid = self._card.identity()
            except CardError as now:
                was_away = True
                if str(now) != str(page.problem) and not page.needs_another_card:
                    page = CardWanted(now)
                    self._stage.show(page)
                continue
            if page.needs_another_card and refused is None and not was_away:
                refused = eid.person  # the card that the problem is about
            if was_away or _is_other(eid, refused):
                return True


def _is_other(eid: Eid, refused: Person | None) -> bool:
    return refused is None or eid.person != refused
