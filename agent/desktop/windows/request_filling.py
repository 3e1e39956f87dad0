"""The form of a new certificate, page by page, forward and back: what was typed stays, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.core.holder import Environment, Holder
from agent.core.identifiers import is_type
from agent.core.kinds import by_name
from agent.core.registration import ContactData, OrganizationType, in_language
from agent.core.renewal import Renewal, Step, Wanted
from agent.desktop.windows.choosing import Choosing
from agent.desktop.windows.door import ASKING
from agent.desktop.windows.doors import Doors
from agent.desktop.windows.pages import Busy, Choice, Matter
from agent.desktop.windows.request_form import Form, form_of, services_of, shown_holder
from agent.desktop.windows.request_pages import (
    ApplicationIdWanted,
    Back,
    Begun,
    Conditions,
    ContactWanted,
    ForWhom,
    OrganizationGiven,
    Organizations,
    OrganizationWanted,
    ServicesWanted,
    TakenUp,
    Typed,
    Whom,
)
from agent.desktop.windows.stage import Stage
from agent.pipeline.enquiry import Enquiry
from agent.pipeline.request import First
from agent.pipeline.sign import usable_eid, with_card
from agent.ports import Eid, Outside
from agent.protocol.certra import ActorQualities
from agent.text import N_, _

FORWARD, BACK = 1, -1
_CARD = 1
"""The position of the page from which an eID is read anew."""


class Filling:
    """The form and where the person is in it.

    Args:
        without_eid: the way of a person who has none; it comes back where the person does.
    Attributes:
        form: what was typed so far.
        choosing: the new keystore's password.
    """

    def __init__(
        self,
        stage: Stage,
        doors: Doors,
        environment: Environment,
        folder: Path,
        without_eid: Callable[[], None],
    ) -> None:
        self._without_eid = without_eid
        self._stage, self._doors, self._environment, self._folder = stage, doors, environment, folder
        self.form = Form()
        self.choosing = Choosing(stage)
        self.matter = Matter("", None, environment)
        self._steps = (
            self._conditions,
            self._card,
            self._whom,
            self._listed,
            self._organization,
            self._application_id,
            self._under_way,
            self._contact,
            self._services,
            self._password,
        )
        self._at, self._way = 0, FORWARD
        self._eid: Eid | None = None
        self._qualities: ActorQualities | None = None
        self._kinds: tuple[OrganizationType, ...] | None = None
        self._in_use: tuple[str | None, ...] = ()
        self._own: str | None = None
        self._same: Renewal | None = None

    def asked(self, outside: Outside) -> First | Renewal:
        """What is to be requested; or a request for the same holder that eHealth has, to go on with.

        Raises: AgentError; the next call goes on at the same page.
        """
        self._same = None
        while not self.is_done and self._same is None:
            self._way = self._steps[self._at](outside)
            self._at += self._way
        if self._same is not None:
            return self._same
        wanted = self.form.wanted(self._card_in_use.person)
        return First(self._holder, wanted, self._environment, self._folder)

    @property
    def is_done(self) -> bool:
        return self._at >= len(self._steps)

    @property
    def has_card(self) -> bool:
        return self._at > _CARD

    def has_typed(self, request: Renewal) -> None:
        """As if this request had just been filled in."""
        assert request.wanted is not None, "it was requested here"
        self.form = form_of(request)
        self.matter = Matter("", shown_holder(request.holder, request.wanted.first_names), self._environment)

    def change(self, request: Renewal | None) -> None:
        """Through the pages once more. `request`: what was begun with what they said so far."""
        self._own = request.id if request is not None else self._own
        self._at, self._way = _CARD, FORWARD

    def begin_with_another_card(self) -> None:
        """While the form is filled in: whose card it is decides what comes."""
        if not self.is_done:
            self._at, self._way = min(self._at, _CARD), FORWARD

    # ── The pages ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _conditions(self, _outside: Outside) -> int:
        while self._stage.ask(Conditions()) is Choice.NO_EID:
            self._without_eid()
        return FORWARD

    def _card(self, outside: Outside) -> int:
        if self._way is BACK:
            return BACK
        self._show_matter(None)
        door = self._doors.open(outside.card, self.matter)
        self._stage.show(Busy(N_("Reading the eID")))
        eid = with_card(door, lambda: usable_eid(outside))
        if self._eid is None or eid.person != self._eid.person:
            self._eid, self._qualities = eid, None
        return FORWARD

    def _whom(self, _outside: Outside) -> int:
        self._show_matter(None)
        page = ForWhom(self._card_in_use.person, self.form.whom, self._qualities is not None)
        answer = self._stage.ask(page)
        if answer is Choice.OTHER_CARD:
            self._doors.await_other_card_than(self._card_in_use.person)
            self._way = FORWARD
            self._at = _CARD
            return 0
        self.form = replace(self.form, whom=answer.given)
        return _way(answer)

    def _listed(self, outside: Outside) -> int:
        if self.form.whom is not Whom.LISTED:
            return self._way
        if self._qualities is None:
            if self._way is BACK:
                return BACK
            self._qualities = self._asked_for_qualities(outside)
        person = self._card_in_use.person
        organizations = tuple(each for each in self._qualities.organizations if is_type(each.type))
        page = Organizations(person, organizations, self.form.listed)
        answer = self._stage.ask(page)
        if answer.given is not None and answer.given != self.form.listed:
            name = Typed(in_language(answer.given.name))
            organization = OrganizationGiven(answer.given.type, Typed(answer.given.number), name)
            self.form = replace(self.form, listed=answer.given, organization=organization)
        return _way(answer)

    def _asked_for_qualities(self, outside: Outside) -> ActorQualities:
        """One PIN. Raises: CardError, ServiceError."""
        eid = self._card_in_use
        asks_for = _("the list of organizations that you may act for")
        door = self._doors.open(outside.card, self.matter, signer=eid.person, asks_for=asks_for)
        self._stage.show(Busy(ASKING))
        return Enquiry(self._environment, outside).qualities(eid, door)

    def _organization(self, outside: Outside) -> int:
        if self.form.whom is Whom.MYSELF:
            return self._way
        self._show_matter(None)
        kinds = self._known_kinds(outside)
        listed = self.form.listed if self.form.whom is Whom.LISTED else None
        answer = self._stage.ask(OrganizationWanted(kinds, self.form.organization, listed))
        self.form = replace(self.form, organization=answer.given)
        return _way(answer)

    def _known_kinds(self, outside: Outside) -> tuple[OrganizationType, ...]:
        if self._kinds is None:
            self._stage.show(Busy(N_("Asking eHealth for the kinds of organizations")))
            self._kinds = tuple(by_name(Enquiry(self._environment, outside).organization_types()))
        return self._kinds

    def _application_id(self, outside: Outside) -> int:
        if self.form.whom is Whom.MYSELF:
            return self._way
        self._in_use = ()
        holder = self._organization_given
        self._show_matter(holder)
        self._stage.show(Busy(N_("Asking eHealth which certificates the organization has")))
        self._in_use = Enquiry(self._environment, outside).application_ids(holder)
        answer = self._stage.ask(ApplicationIdWanted(self._in_use, self.form.application_id))
        self.form = replace(self.form, application_id=answer.given)
        return _way(answer)

    def _under_way(self, outside: Outside) -> int:
        """eHealth has a request for this holder: there can be only one."""
        holder = self._holder
        self._show_matter(holder)
        if self._way is BACK:
            return BACK
        wanted_later = Wanted(ContactData("", ""))
        same = outside.journal.renewal_of(First(holder, wanted_later, self._environment, self._folder).mark)
        if same is None or same.id == self._own or same.step in (Step.MAKE_KEY, Step.SIGN):
            return FORWARD
        answer = self._stage.ask(Begun((same,), is_same=True))
        if isinstance(answer, TakenUp):
            self._same = same
            return 0
        return BACK

    def _contact(self, _outside: Outside) -> int:
        return self.ask_contact()

    def ask_contact(self) -> int:
        """Whom eHealth writes to. Forward or back."""
        answer = self._stage.ask(ContactWanted(self.form.contact))
        self.form = replace(self.form, contact=answer.given)
        return _way(answer)

    def _services(self, _outside: Outside) -> int:
        services = services_of(self._holder.type, self._kinds or ())
        if not services:
            self.form = replace(self.form, services=frozenset())
            return self._way
        answer = self._stage.ask(ServicesWanted(services, self.form.services & frozenset(services)))
        self.form = replace(self.form, services=answer.given)
        return _way(answer)

    def _password(self, _outside: Outside) -> int:
        return FORWARD if self.choosing.is_chosen(self.form.own_words) else BACK

    # ── What they are about ──────────────────────────────────────────────────────────────────────────────────────────

    def _show_matter(self, holder: Holder | None) -> None:
        """Whose certificate it will be, above the page."""
        shown = None
        if holder is not None:
            first_names = self._card_in_use.person.first_names
            shown = shown_holder(holder, (first_names,) if first_names else ())
        self.matter = Matter("", shown, self._environment)
        self._stage.show(self.matter)

    @property
    def _card_in_use(self) -> Eid:
        assert self._eid is not None, "the card comes before what needs it"
        return self._eid

    @property
    def _holder(self) -> Holder:
        return self.form.holder(self._card_in_use.person, self._kinds or (), self._in_use)

    @property
    def _organization_given(self) -> Holder:
        """Whatever application id it had."""
        return replace(self.form, application_id=Typed()).holder(self._card_in_use.person, self._kinds or (), ())


def _way(answer: Any) -> int:
    return BACK if isinstance(answer, Back) else FORWARD
