"""What a person without Belgian residence is asked, page by page, forward and back: nothing is written meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent.core.contact import email_address, phone_number
from agent.core.holder import Environment, Holder
from agent.core.identifiers import FOREIGNER
from agent.core.person import Person
from agent.core.person_name import person_name
from agent.core.registration import ContactData
from agent.core.renewal import Renewal, Wanted
from agent.desktop.windows.choosing import Choosing
from agent.desktop.windows.foreigner_pages import ForeignerGiven, PersonWanted
from agent.desktop.windows.opened import Opening
from agent.desktop.windows.pages import Busy, Matter
from agent.desktop.windows.request_form import shown_holder, taken
from agent.desktop.windows.request_pages import Back, Begun, TakenUp, Typed
from agent.desktop.windows.stage import Stage
from agent.pipeline.foreigner_request import replaced_by_log_in, request_for
from agent.pipeline.request import First
from agent.pipeline.under_way import request_under_way
from agent.ports import Outside
from agent.secret import Secret
from agent.text import N_

_FORWARD, _BACK = 1, -1
_PERSON = 1
"""The position of the page that a person comes back to, to change what was typed."""

_NO_CONTACT = ContactData("", "")


class ForeignerFilling:
    """The form and where the person is in it.

    Args:
        renews: the keystore whose certificate is to be replaced, where there is one.
        opening: its password, or that of the keystore of a request that is taken up.
        can_go_back: there is a page before these.
    Attributes:
        given: what was typed so far.
        choosing: the new keystore's password, where it is not that of the old one.
        matter: whose request it is.
    """

    def __init__(
        self,
        stage: Stage,
        environment: Environment,
        folder: Path,
        renews: Path | None,
        opening: Opening,
        *,
        can_go_back: bool,
    ) -> None:
        self._stage, self._environment, self._folder = stage, environment, folder
        self._renews, self._can_go_back = renews, can_go_back
        self.given = ForeignerGiven()
        self.choosing = Choosing(stage)
        self.opening = opening
        self.matter = Matter("", None, environment)
        self._steps = (self._old_keystore, self._person, self._under_way, self._password)
        self._at, self._way = 0, _FORWARD
        self._is_known = False
        self._contact = _NO_CONTACT
        self._same: Renewal | None = None

    def asked(self, outside: Outside) -> First | Renewal | None:
        """What is to be requested; a request for the same person that is under way; None where the person went back.

        Raises: AgentError; the next call goes on at the same page.
        """
        self._same = None
        while not self.is_done and self._same is None:
            self._way = self._steps[self._at](outside)
            self._at += self._way
            if self._at < 0:
                self._at, self._way = 0, _FORWARD
                return None
        return self._same if self._same is not None else self._first

    @property
    def is_done(self) -> bool:
        return self._at >= len(self._steps)

    @property
    def password(self) -> Secret | None:
        """Of the new keystore: the one that was chosen, or that of the old one, which goes along."""
        return self.choosing.password or self.opening.password

    @property
    def keep(self) -> bool:
        return self.choosing.keep if self.choosing.password is not None else self.opening.is_kept

    @property
    def needs_password(self) -> bool:
        """The new keystore's is not known yet."""
        return self.choosing.password is None and not self._takes_old_password

    @property
    def _takes_old_password(self) -> bool:
        """The old keystore's goes along; one that is not ASCII cannot, because Java would open no such file."""
        old = self.opening.password
        return old is not None and old.reveal().isascii()

    @property
    def own_words(self) -> tuple[str, ...]:
        """What everybody knows of this person."""
        given = self.given
        words = given.surname, given.first_names, given.number, given.email
        return tuple(each.text for each in words if each.text)

    def forget_password(self) -> None:
        """It was the wrong one."""
        self.choosing.password = None
        self.opening.forget()

    def has_typed(self, request: Renewal) -> None:
        """As if this request had just been filled in."""
        assert request.wanted is not None, "it was requested here"
        holder, wanted = request.holder, request.wanted
        self._knows(holder, wanted.first_names, wanted.contact)
        self._renews = Path(request.keys_of) if request.keys_of else None
        self._show_matter(holder, wanted)

    def change(self) -> None:
        """Through the pages once more."""
        self._at, self._way = _PERSON, _FORWARD

    # ── The pages ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _old_keystore(self, outside: Outside) -> int:
        """Its password, and what eHealth knows of its certificate."""
        if self._renews is None or self._way is _BACK:
            return self._way
        password = self.opening.opened(outside, self._renews)
        if not self._is_known:
            holder = outside.keystores.glance(self._renews, password).holder
            if holder is not None and self._is_under_way(outside, holder):
                return self._goes_on_with_it(outside, holder)
            self._stage.show(Busy(N_("Asking eHealth about the certificate")))
            known = replaced_by_log_in(self._renews, password, self._environment, outside)
            self._is_known = True
            self._knows(known.holder, known.first_names, known.contact or _NO_CONTACT)
        return _FORWARD

    def _knows(self, holder: Holder, first_names: Sequence[str], contact: ContactData) -> None:
        self._contact = contact
        texts = holder.name or "", " ".join(first_names), holder.number, contact.email_private, contact.phone_private
        self.given = ForeignerGiven(*(Typed(text, insisted=bool(text)) for text in texts))

    def _person(self, _outside: Outside) -> int:
        page = PersonWanted(self.given, self._renews is not None, self._can_go_back)
        answer = self._stage.ask(page)
        self.given = answer.given
        if isinstance(answer, Back):
            return _BACK
        first = self._first
        self._show_matter(first.holder, first.wanted)
        return _FORWARD

    def _under_way(self, outside: Outside) -> int:
        """There can be only one request for a person. What has not left yet gives its place to this."""
        if self._way is _BACK:
            return _BACK
        holder = self._first.holder
        return self._goes_on_with_it(outside, holder) if self._is_under_way(outside, holder) else _FORWARD

    def _is_under_way(self, outside: Outside, holder: Holder) -> bool:
        same = request_under_way(holder, self._environment, outside)
        return same is not None and not (same.for_foreigner and same.can_be_put_aside and not same.ended_because)

    def _goes_on_with_it(self, outside: Outside, holder: Holder) -> int:
        same = request_under_way(holder, self._environment, outside)
        assert same is not None, "it was seen just before"
        answer = self._stage.ask(Begun((same,), is_same=True))
        if not isinstance(answer, TakenUp):
            return _BACK
        self._same = same
        return 0

    def _password(self, _outside: Outside) -> int:
        if self._takes_old_password:
            return self._way
        return _FORWARD if self.choosing.is_chosen(self.own_words) else _BACK

    # ── What they are about ──────────────────────────────────────────────────────────────────────────────────────────

    def _show_matter(self, holder: Holder, wanted: Wanted) -> None:
        self.matter = Matter("", shown_holder(holder, wanted.first_names), self._environment)
        self._stage.show(self.matter)

    @property
    def _first(self) -> First:
        given = self.given
        person = Person(
            taken(FOREIGNER.number, given.number) or "",
            taken(person_name, given.first_names),
            taken(person_name, given.surname) or "",
        )
        email, phone = taken(email_address, given.email) or "", taken(phone_number, given.phone) or ""
        contact = replace(self._contact, email_private=email, phone_private=phone)
        asked = request_for(person, contact, self._environment, self._folder)
        return replace(asked, keys_of=self._renews)
