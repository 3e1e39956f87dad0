"""A new certificate in place of that of a keystore in trouble, behind its window: what is unknown is asked, no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agent.core.organization_name import organization_name
from agent.core.recover import Way
from agent.core.recover_case import Case, Known, for_whom, what_it_means
from agent.core.registration import ContactData, Organization
from agent.core.renewal import Renewal
from agent.desktop.windows.doors import Doors
from agent.desktop.windows.keystore_session import KeystoreWish
from agent.desktop.windows.opened import Opening
from agent.desktop.windows.pages import Answer, Busy, Choice, Matter
from agent.desktop.windows.recover_pages import BeforeAnew, BeforeRequest, UnlockWanted, WaitShown
from agent.desktop.windows.request_filling import BACK, FORWARD, Filling
from agent.desktop.windows.request_form import Form, contact_of, form_of, shown_holder, taken
from agent.desktop.windows.request_made import SaveSheet, ask_until_printed, made_page
from agent.desktop.windows.request_pages import Back, OrganizationGiven, OrganizationWanted, Typed
from agent.desktop.windows.stage import Stage
from agent.pipeline import recover as pipeline
from agent.pipeline.renew import put_aside, request_first
from agent.pipeline.run import Options
from agent.pipeline.sign import usable_eid, with_card
from agent.ports import Outside
from agent.secret import Secret
from agent.text import N_, _


class Requesting:
    """Asks, requests, and goes on with what was begun.

    Args:
        opening: of the old keystore.
    Attributes:
        old_is_forgotten: somebody said so of its password, while a request went on that needs it.
    """

    def __init__(self, wish: KeystoreWish, stage: Stage, doors: Doors, opening: Opening, save_sheet: SaveSheet) -> None:
        self._wish, self._stage, self._doors, self._opening = wish, stage, doors, opening
        self._save_sheet = save_sheet
        self._new = Opening(stage, "agent.pipeline.renew")
        self._filling: Filling | None = None
        self._password: Secret | None = None
        self._keep = self._is_as_before = False
        self.old_is_forgotten = False

    def forget_passwords(self) -> None:
        """One of them was wrong."""
        self._new.forget()
        self._password = None

    # ── A new one ────────────────────────────────────────────────────────────────────────────────────────────────────

    def request(self, outside: Outside, case: Case, old: Secret | None) -> Answer:
        """To the last page's answer; or what the person rather wants: a Choice.

        Args:
            old: the password that opens the old keystore, where somebody knows it.
        Raises: AgentError.
        """
        self._stage.show(Busy(N_("Asking what is known of the certificate")))
        case, known = pipeline.looked_up(case, old, outside)
        remedy = case.remedy(outside.clock.now())
        is_forgotten = case.is_forgotten and not case.is_gone
        if remedy.way is Way.WAIT:
            reason, no_copy = case.finding.reason, case.is_without_copy
            return self._stage.ask(WaitShown(reason, remedy.advice, no_copy, case.can_be_forgotten, is_forgotten))
        if known.lacks_the_persons_name:
            known = self._with_the_names_on_the_eid(outside, case, known)
        self._stage.show(self._matter(case, known))
        filling = self._filling_of(case, known)
        lines = tuple(what_it_means(known, case, outside.clock.now(), carries_keys=old is not None))
        first = BeforeRequest(
            case.finding.reason,
            for_whom(known),
            case.before.environment,
            lines,
            case.is_without_copy,
            case.can_be_forgotten,
            is_forgotten,
        )
        rather = self._filled_in([lambda: self._introduce(first), *self._questions(filling, known, old)])
        if rather is not None:
            return rather
        if known.lacks_a_name:
            known = known.named(taken(organization_name, filling.form.organization.name) or "")
        contact = known.contact or contact_of(filling.form.contact)
        if self._takes_old(old):
            self._password, self._keep, self._is_as_before = old, self._opening.is_kept, True
        else:
            self._password, self._keep = filling.choosing.password, filling.choosing.keep
        again = pipeline.Again(case, known, contact, carries_keys=old is not None)
        matter = self._matter(case, known)
        self._stage.show(matter)
        door = self._doors.open(outside.card, matter, self._keep)
        return self._finish(outside, pipeline.request_again(again, outside, door, self._options(old)))

    def _with_the_names_on_the_eid(self, outside: Outside, case: Case, known: Known) -> Known:
        door = self._doors.open(outside.card, self._matter(case, known))
        self._stage.show(Busy(N_("Reading the eID")))
        return with_card(door, lambda: pipeline.for_the_signer(known, usable_eid(outside).person))

    # ── What is asked ────────────────────────────────────────────────────────────────────────────────────────────────

    def _filled_in(self, steps: list[Callable[[], Answer]]) -> Answer:
        """Page by page, forward and back, to None; or a Choice that leads elsewhere."""
        at = 0
        while at < len(steps):
            way = steps[at]()
            if way not in (FORWARD, BACK):
                return way
            at = max(0, at + way)
        return None

    def _introduce(self, page: BeforeRequest) -> Answer:
        answer = self._stage.ask(page)
        return FORWARD if answer is Choice.GO_ON else answer

    def _questions(self, filling: Filling, known: Known, old: Secret | None) -> list[Callable[[], Answer]]:
        """For what nothing tells."""
        questions: list[Callable[[], Answer]] = []
        if known.lacks_a_name:
            questions.append(lambda: self._ask_name(filling, known))
        if known.contact is None:
            questions.append(filling.ask_contact)
        if not self._takes_old(old):
            questions.append(lambda: self._choose_password(filling, old))
        return questions

    @staticmethod
    def _choose_password(filling: Filling, old: Secret | None) -> int:
        return FORWARD if filling.choosing.is_chosen(filling.form.own_words, _reason(old)) else BACK

    def _ask_name(self, filling: Filling, known: Known) -> int:
        asked = Organization((), known.holder.type, known.holder.number)
        answer = self._stage.ask(OrganizationWanted((), filling.form.organization, asked))
        filling.form = replace(filling.form, organization=answer.given)
        return BACK if isinstance(answer, Back) else FORWARD

    def _filling_of(self, case: Case, known: Known) -> Filling:
        """The same for the whole window: what was typed stays."""
        if self._filling is None:
            self._filling = Filling(self._stage, self._doors, case.before.environment, case.path.parent, lambda: None)
            holder = known.holder
            given = OrganizationGiven(holder.type, Typed(holder.number, True), Typed(holder.name or ""))
            self._filling.form = Form(organization=given)
        return self._filling

    @staticmethod
    def _takes_old(old: Secret | None) -> bool:
        return old is not None and pipeline.will_do(old)

    # ── What was begun ───────────────────────────────────────────────────────────────────────────────────────────────

    def anew(self, outside: Outside, refused: Renewal) -> None:
        """A request that eHealth refused is put aside, and another one made, with other contact data if need be."""
        assert refused.wanted is not None, "it was requested here"
        filling = self._filling_for(refused)
        page = BeforeAnew(refused.ended_because or "", can_change=True)
        while (answer := self._stage.ask(page)) is Choice.CHANGE:
            if filling.ask_contact() == FORWARD:
                break
        contact = contact_of(filling.form.contact) if answer is Choice.CHANGE else refused.wanted.contact
        self.go_on(outside, refused, anew=True, contact=contact)

    def go_on(
        self, outside: Outside, begun: Renewal, *, anew: bool = False, contact: ContactData | None = None
    ) -> None:
        """With a request that was begun here. Where nobody knows a password that it needs, it is put aside.

        Raises: AgentError.
        """
        assert begun.wanted is not None, "it was requested here"
        holder = shown_holder(begun.holder, begun.wanted.first_names)
        matter = Matter("", holder, begun.environment)
        self._stage.show(matter)
        resumed, old = pipeline.resumed(begun, outside, anew), None
        self.old_is_forgotten = False
        if resumed.opens_old is not None:
            old = self._opening.known(outside, resumed.opens_old, UnlockWanted)
            self.old_is_forgotten = old is None
        if self._password is None:
            self._find_password(outside, begun, resumed.file, old, anew)
        if self._password is None or self.old_is_forgotten:
            put_aside(begun, outside)
            return
        asked = resumed.asked
        if contact is not None:
            asked = replace(asked, wanted=replace(asked.wanted, contact=contact))
        door = self._doors.open(outside.card, matter, self._keep)
        self._finish(outside, request_first(asked, outside, door, self._options(old, anew)))

    def _find_password(self, outside: Outside, begun: Renewal, file: Path, old: Secret | None, anew: bool) -> None:
        """Of the new keystore: what opens that which is there of it; another, where nothing is or all begins anew."""
        if outside.keystores.exists(file):
            if not begun.can_be_put_aside:
                self._password = self._new.opened(outside, file)
            else:
                self._password = self._new.known(outside, file, UnlockWanted)
            self._keep = self._new.is_kept
            if self._password is not None or not anew:
                return
        if self._takes_old(old):
            self._password, self._keep, self._is_as_before = old, self._opening.is_kept, True
            return
        filling = self._filling_for(begun)
        while self._choose_password(filling, old) == BACK:
            pass
        self._password, self._keep = filling.choosing.password, filling.choosing.keep

    def _filling_for(self, begun: Renewal) -> Filling:
        """As if it had just been filled in."""
        if self._filling is None:
            self._filling = Filling(
                self._stage, self._doors, begun.environment, Path(begun.new_path).parent, lambda: None
            )
            self._filling.form = form_of(begun)
        return self._filling

    # ── Its end ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _options(self, old: Secret | None, anew: bool = False) -> Options:
        assert self._password is not None, "it was chosen, or opened what is there"
        return Options(
            password=old or self._password,
            new_password=self._password,
            profile=self._wish.profile,
            keep_password=self._keep,
            activate=self._wish.activate,
            anew=anew,
        )

    def _finish(self, outside: Outside, made: Renewal) -> Answer:
        """The last page; whoever lets the key take over comes here once more."""
        assert self._password is not None, "it was made with it"
        first_names = made.wanted.first_names if made.wanted else ()
        holder = shown_holder(made.holder, first_names)
        page = made_page(outside, made, holder, self._password, self._is_as_before)
        self._stage.show(Matter("", holder, made.environment, page.not_after))
        answer = ask_until_printed(self._stage, page, self._save_sheet)
        self._wish = replace(self._wish, activate=answer is Choice.ACTIVATE)
        return answer

    @staticmethod
    def _matter(case: Case, known: Known) -> Matter:
        holder = shown_holder(known.holder, known.first_names) if known.first_names else known.holder
        return Matter("", holder, case.before.environment, known.not_after)


def _reason(old: Secret | None) -> str:
    """Why the old keystore's password is not taken, where it is known."""
    if old is None:
        return ""
    return _("Other programs cannot read the accented letters of this password. The new file needs another one.")
