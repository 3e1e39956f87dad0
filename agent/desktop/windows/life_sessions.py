"""Behind the windows that complete a request, take a certificate back, change a password, let a key take over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.core.password import password_problem
from agent.desktop.windows.keystore_session import KeystoreSession
from agent.desktop.windows.life_pages import (
    Activated,
    BeforeActivating,
    BeforeRevoking,
    BegunFound,
    Completed,
    OtherPassword,
    PasswordChanged,
    ReasonGiven,
    Revoked,
)
from agent.desktop.windows.pages import Busy, Choice, NewPasswordGiven
from agent.desktop.windows.session import Session, Wish
from agent.secret import Secret
from agent.text import N_, _

if TYPE_CHECKING:
    from agent.desktop.windows.pages import Matter
    from agent.ports import Outside


class Completing(KeystoreSession):
    """A request that was begun here or with another program is brought to its end."""

    def _carry_out(self, outside: Outside) -> None:
        if self._wish.path is None:
            self._choose(outside)
        if self._is_awaited_log_in(outside):
            return
        matter, password = self._open(outside, self._path)
        from agent.pipeline.renew import complete
        from agent.pipeline.run import Options

        door = self._doors.open(outside.card, matter, self._opening.is_kept)
        options = Options(password, None, self._wish.profile, self._opening.is_kept, activate=self._wish.activate)
        done = complete(self._path, matter.environment, outside, door, options)
        not_after = outside.keystores.glance(self._path, password).not_after
        self._stage.show(replace(matter, not_after=not_after))
        answer = self._stage.ask(Completed(done))
        self._wish = replace(self._wish, activate=answer is Choice.ACTIVATE)

    def _is_awaited_log_in(self, outside: Outside) -> bool:
        """Whether it is the request of a person without Belgian residence; then its pages were shown."""
        from agent.desktop.windows.foreigner_session import ForeignerWish
        from agent.pipeline.under_way import under_way

        begun, wish = under_way(outside, self._path), self._wish
        if begun is None or not begun.for_foreigner:
            return False
        own = ForeignerWish(self._path.parent, begun.environment, wish.profile, wish.activate, taken_up=begun)
        self._log_in_instead(outside, own)
        return True

    def _choose(self, outside: Outside) -> None:
        from agent.watch.begun import requests_begun

        begun = requests_begun(outside, self._wish.folders, self._wish.patterns)
        chosen = self._stage.ask(BegunFound(begun)) if len(begun) > 1 else begun[0]
        self._wish = replace(self._wish, path=chosen.path)


class Revoking(KeystoreSession):
    """A certificate is taken back; where it only has to be replaced, the renewal goes on in the same window."""

    comes_next = "agent.pipeline.revoke"

    def _carry_out(self, outside: Outside) -> None:
        matter, password = self._open(outside, self._path)
        from agent.core.registration import CertificateStatus
        from agent.pipeline.revoke import Revocation

        self._stage.show(Busy(N_("Asking eHealth about the certificate")))
        revocation = Revocation(self._path, password, matter.environment, outside)
        if revocation.info.status is CertificateStatus.REVOKED:
            self._stage.ask(Revoked(was_before=True))
            return
        answer = self._stage.ask(BeforeRevoking(revocation.info.replaceable))
        if not isinstance(answer, ReasonGiven):
            self._renew_instead(outside)
            return
        self._stage.show(Busy(N_("Reading the eID")))
        revocation.carry_out(answer.reason, self._doors.open(outside.card, matter, does=_("Revoking")))
        self._stage.ask(Revoked())

    def _renew_instead(self, outside: Outside) -> None:
        wish = Wish(self._path, self._wish.profile, self._wish.activate, save_sheet=self._wish.save_sheet)
        Session(wish, lambda: outside, self._stage, self._card_poll_s).run()
        self._stage.check_open()


class Changing(KeystoreSession):
    """A keystore is protected by another password."""

    comes_next = "agent.core.password_strength"

    def _carry_out(self, outside: Outside) -> None:
        matter, old = self._open(outside, self._path)
        new = self._chosen(matter)
        self._stage.show(Busy(N_("Proving every key")))
        from agent.pipeline.protect import change_password

        done = change_password(self._path, old, new, outside, self._wish.profile)
        self._opening.forget()
        self._stage.ask(PasswordChanged(self._path, done.copies, done.vault_problem))

    def _chosen(self, matter: Matter) -> Secret:
        holder = matter.holder
        own_words = tuple(filter(None, (holder.name, holder.application_id))) if holder else ()
        page = OtherPassword(own_words)
        while True:
            given: NewPasswordGiven = self._stage.ask(page)
            problem = password_problem(given.password.reveal())
            if problem is None and given.password == given.again:
                return given.password
            page = OtherPassword(own_words, problem or _("the two are not the same"))


class Activating(KeystoreSession):
    """The new encryption key takes over from the old one."""

    def _carry_out(self, outside: Outside) -> None:
        matter, password = self._open(outside, self._path)
        from agent.pipeline.activate import Activation
        from agent.pipeline.run import Options

        is_kept = self._opening.is_kept
        options = Options(password, profile=self._wish.profile, keep_password=is_kept, activate=True)
        self._stage.show(Busy(N_("Asking for which key others encrypt now")))
        activation = Activation(self._path, matter.environment, outside, options)
        self._stage.ask(BeforeActivating(activation.serves))
        done = activation.carry_out(self._doors.open(outside.card, matter, is_kept))
        self._stage.ask(Activated(activation.serves, done.serves))
