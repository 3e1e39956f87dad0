"""Every trouble that a keystore can have is led in a window to one that works: by keyboard, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from agent.core.checks import is_encryption
from agent.core.finding import State
from agent.core.holder import Holder
from agent.core.person import Person
from agent.core.registration import RevocationReason
from agent.core.renewal import Step
from agent.desktop.windows import pages
from agent.desktop.windows.pages import CardWanted, ContractShown, Finish, Introduction, PinWanted
from agent.desktop.windows.recover_pages import (
    Advice,
    BeforeAnew,
    BeforeRequest,
    CopiesFound,
    CopyPasswordWanted,
    ForgetWanted,
    Forgotten,
    NothingWrong,
    Troubled,
    UnlockWanted,
    WaitShown,
    WorksAgain,
)
from agent.desktop.windows.request_pages import ContactWanted, Made, PasswordChosen
from agent.errors import ContractDeclined, OwnEidNeeded, RenewalRefused, RequestTurnedDown
from agent.pipeline.files import finished_path
from agent.pipeline.revoke import Revocation
from agent.pkcs12.write import write
from agent.sandbox.scenarios import Scenario
from agent.sandbox.scenarios import Trouble as Bad
from agent.sandbox.software_card import SoftwareCard
from agent.secret import Secret
from tests.desktop.windows.helped import EMAIL, NEW, Helped, Trouble
from tests.desktop.windows.visitor import Seated
from tests.journeys.practice import GROUP, PASSWORD, PIN, RESPONSIBLE, Accented, Practice

Comes = Callable[..., Helped]


@pytest.fixture
def trouble(practice: Practice) -> Trouble:
    return Trouble(practice)


@pytest.fixture
def helped(trouble: Trouble, seated: Seated) -> Comes:
    """Somebody sits down before the window."""

    def sit_down(path: Path | None = None, is_forgotten: bool = False, at: Trouble = trouble) -> Helped:
        return seated(Helped(at, path, is_forgotten))

    return sit_down


def expired(trouble: Trouble) -> None:
    trouble.look()
    trouble.practice.clock.instant += timedelta(days=46)


def revoked(trouble: Trouble) -> None:
    practice = trouble.practice
    revocation = Revocation(practice.path, PASSWORD, practice.environment, practice.outside)
    revocation.carry_out(RevocationReason.AFFILIATION_CHANGED, practice.door)


# ── A new certificate ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("happens", [expired, revoked])
def test_what_has_ended_costs_a_yes_the_contract_and_the_pin(
    trouble: Trouble, helped: Comes, happens: Callable[[Trouble], None]
) -> None:
    happens(trouble)
    practice, before = trouble.practice, trouble.practice.path.read_bytes()
    guest = helped()
    guest.until(BeforeRequest)
    assert "A new certificate for GROEP DE BRUG (NIHII-GROUP 71234523)" in guest.text
    assert "eHealth reaches the responsible person at" in guest.text
    assert "The old encryption keys go along" in guest.text
    seen = guest.seen_until(Made, {})
    assert seen == [BeforeRequest, ContractShown, PinWanted]
    assert "the same as before" in guest.text
    new = trouble.proved(trouble.newest(), PASSWORD)
    assert trouble.has_the_old_keys(new)
    assert practice.path.read_bytes() == before
    assert practice.vault.password(trouble.newest()) == PASSWORD
    guest.letter("&Sheet for the safe")
    guest.until(Made, lambda page: page.sheet)


def test_a_forgotten_password_in_the_replacement_period_needs_a_new_one_only(trouble: Trouble, helped: Comes) -> None:
    trouble.forgotten()
    practice, before = trouble.practice, trouble.practice.path.read_bytes()
    guest = helped()
    assert guest.until(UnlockWanted)
    guest.does_not_know()
    guest.until(BeforeRequest)
    assert "Messages that were encrypted to its key cannot be read without it: keep the old file." in guest.text
    assert "The old certificate stays valid until" in guest.text
    made = guest.answer_until(Made)
    assert isinstance(made, Made)
    assert made.waits_for_activation
    new = trouble.proved(trouble.newest(), NEW)
    assert len([entry for entry in new.keys if is_encryption(entry.certificate)]) == 1
    assert practice.path.read_bytes() == before
    registered = practice.sandbox.state.registrations[-1]
    assert registered.replaces == practice.sandbox.state.registrations[0].identifier
    assert (registered.contact.email_private, registered.contact.phone_private) == (EMAIL, "0032470123456")
    assert any("none of the encryption keys" in event.text for event in practice.journal.history(50))
    assert "ActivateETK" not in practice.services.actions
    guest.letter("&Let the new encryption key take over")
    guest.until(Made, lambda page: not page.waits_for_activation)
    assert "Your computer is now ready to use eHealth applications." in guest.text
    assert practice.journal.unfinished() == []


def test_before_the_period_it_says_when_and_who_remembers_is_asked_after_all(trouble: Trouble, helped: Comes) -> None:
    trouble.practice.clock.instant -= timedelta(days=100)
    trouble.forgotten()
    guest = helped(trouble.practice.path, is_forgotten=True)
    guest.until(WaitShown)
    assert "From 16 January 2026 on a new keystore can take over." in guest.text
    assert guest.text.index("take over") < guest.text.index("take the old certificate back"), "not the first remedy"
    guest.letter("I know the &password")
    guest.until(UnlockWanted)
    guest.open_with()
    guest.until(WorksAgain, lambda page: not page.goes_on)
    assert trouble.practice.vault.password(trouble.practice.path) == PASSWORD
    assert trouble.practice.card.pin_entries == 0


def test_an_expired_one_whose_password_is_forgotten_leaves_its_keys_and_says_so(
    trouble: Trouble, helped: Comes
) -> None:
    trouble.look()
    trouble.practice.vault.forget(trouble.practice.path)
    trouble.practice.clock.instant += timedelta(days=46)
    guest = helped(trouble.practice.path)
    seen = guest.seen_until(Made, {})
    assert seen == [UnlockWanted, BeforeRequest, ContactWanted, PasswordChosen, ContractShown, PinWanted]
    trouble.proved(trouble.newest(), NEW)


def test_a_password_with_accents_does_not_go_along_but_the_keys_do(trouble: Trouble, helped: Comes) -> None:
    practice, accented = trouble.practice, "Clé-2026-été"
    practice.path.write_bytes(write(practice.old, Accented(accented)))
    practice.vault.keep(practice.path, Secret(accented))
    expired(trouble)
    guest = helped()
    guest.answer_until(PasswordChosen)
    assert "The new file needs another one" in guest.text
    guest.answer_until(Made)
    assert trouble.has_the_old_keys(trouble.proved(trouble.newest(), NEW))


def test_going_back_keeps_what_was_typed(trouble: Trouble, helped: Comes) -> None:
    trouble.forgotten()
    guest = helped()
    guest.answer_until(PasswordChosen)
    guest.letter("&Back")
    guest.until(ContactWanted, lambda page: page.given.email_private.text == EMAIL)
    guest.letter("&Back")
    guest.until(BeforeRequest)
    guest.press("Return")
    guest.until(ContactWanted)
    guest.press("Return")
    guest.until(PasswordChosen)
    assert trouble.practice.services.actions.count("generatecertificate") == 0


# ── Its password ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_knows_it_after_all_goes_on_to_the_renewal(trouble: Trouble, helped: Comes) -> None:
    trouble.forgotten()
    guest = helped()
    guest.until(UnlockWanted)
    guest.open_with(Secret("wrong"))
    guest.until(UnlockWanted, lambda page: "does not open" in str(page.problem))
    guest.open_with()
    guest.until(WorksAgain, lambda page: page.goes_on)
    assert trouble.practice.vault.password(trouble.practice.path) == PASSWORD
    guest.press("Return")
    guest.until(Introduction)
    guest.answer_until(Finish)
    assert trouble.has_the_old_keys(trouble.proved(trouble.newest(), PASSWORD))


# ── Gone ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_copy_is_found_proved_and_put_back(trouble: Trouble, helped: Comes) -> None:
    copy = trouble.copied()
    trouble.copied("NIHII-GROUP=71234523 (2).p12").write_bytes(b"no keystore")
    trouble.deleted()
    practice = trouble.practice
    guest = helped()
    guest.until(CopiesFound, lambda page: [each.path for each in page.copies] == [copy])
    assert "kopie.p12" in guest.text
    guest.press("Return")
    guest.until(WorksAgain, lambda page: page.was_put_back)
    assert "Every key in it was proved." in guest.text
    trouble.proved(practice.path, PASSWORD)
    assert copy.exists()
    assert practice.card.pin_entries == 0
    assert practice.files() == [practice.path.name]
    assert practice.journal.lost() == []


def test_a_copy_whose_password_nobody_stored_is_asked_for_until_it_opens(trouble: Trouble, helped: Comes) -> None:
    copy, practice = trouble.copied(trouble.practice.path.name), trouble.practice
    trouble.deleted()
    practice.vault.forget(practice.path)
    guest = helped()
    guest.until(CopyPasswordWanted, lambda page: page.closed == (copy,))
    guest.open_with(Secret("wrong"))
    guest.until(CopyPasswordWanted, lambda page: page.problem)
    assert "This password opens no copy of it." in guest.text
    guest.open_with()
    guest.answer_until(WorksAgain)
    trouble.proved(practice.path, PASSWORD)
    assert practice.vault.password(practice.path) == PASSWORD


@pytest.mark.parametrize("has_copy", [False, True])
def test_gone_without_a_copy_that_helps_a_new_one_takes_over(trouble: Trouble, helped: Comes, has_copy: bool) -> None:
    if has_copy:
        trouble.copied()
    trouble.deleted()
    guest = helped()
    if has_copy:
        guest.until(CopiesFound)
        guest.letter("Go on &without it")
    guest.until(BeforeRequest)
    assert "No copy of it was found" in guest.text
    assert "if it turns up, keep it" in guest.text
    guest.answer_until(Made)
    trouble.proved(trouble.newest(), NEW)
    assert trouble.practice.vault.password(trouble.newest()) == NEW
    guest.leave()
    helped().until(NothingWrong)


def test_gone_before_the_period_says_when_and_that_it_may_not_be_needed(trouble: Trouble, helped: Comes) -> None:
    trouble.practice.clock.instant -= timedelta(days=100)
    trouble.deleted()
    guest = helped()
    guest.until(WaitShown)
    guest.letter("Not needed any &more…")
    guest.until(ForgetWanted)
    guest.press("Return")
    guest.until(WaitShown)
    assert trouble.practice.journal.lost() != [], "the first button of the second look takes it back"
    guest.letter("Not needed any &more…")
    guest.until(ForgetWanted)
    guest.letter("It is &not needed any more")
    guest.until(Forgotten)
    assert trouble.practice.journal.lost() == []


def test_one_that_went_before_the_agent_came_is_known_by_its_name(trouble: Trouble, helped: Comes) -> None:
    trouble.practice.path.unlink()
    guest = helped(trouble.practice.path)
    guest.until(BeforeRequest)
    assert f"{GROUP.name} (NIHII-GROUP 71234523)" in guest.text, "the public depot has its name"
    guest.answer_until(Made)
    trouble.proved(trouble.newest(), NEW)


# ── Refused ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refused_renewal_is_begun_anew_with_another_key(trouble: Trouble, helped: Comes) -> None:
    practice = trouble.practice
    practice.sandbox.state.scenarios.append(Scenario(Bad.REFUSAL, times=1))
    with pytest.raises(RenewalRefused):
        practice.renew()
    guest = helped()
    guest.until(BeforeAnew)
    assert "eHealth said: " in guest.text
    guest.answer_until(Finish)
    assert trouble.has_the_old_keys(trouble.proved(trouble.newest(), PASSWORD))
    assert [name for name in practice.files() if name.endswith(".refused")]


def test_a_refused_request_is_put_right_and_made_anew_in_the_same_window(trouble: Trouble, helped: Comes) -> None:
    practice = trouble.practice
    trouble.deleted()
    practice.sandbox.state.scenarios.append(Scenario(Bad.REFUSAL, times=1))
    guest = helped()
    problem = guest.answer_until(pages.Trouble)
    assert isinstance(problem, pages.Trouble)
    assert isinstance(problem.problem, RequestTurnedDown)
    assert trouble.half_made() == []
    guest.press("Return")
    guest.until(BeforeAnew)
    guest.letter("Change contact &data")
    guest.until(ContactWanted)
    guest.letter("&E-mail address of the person responsible:")
    guest.press("Home")
    guest.type("m.")
    guest.press("Return")
    guest.until(ContractShown)
    guest.answer_until(Made)
    trouble.proved(trouble.newest(), NEW)
    assert practice.sandbox.state.registrations[-1].contact.email_private == f"m.{EMAIL}"
    assert [name for name in practice.files() if name.endswith(".refused")]


# ── Which one ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_of_several_the_worst_is_chosen(trouble: Trouble, helped: Comes) -> None:
    practice = trouble.practice
    other = Holder("CBE", "0417497106", None, "APOTHEEK DE LINDE")
    ends = practice.clock.now() - timedelta(days=3)
    path = finished_path(trouble.folder, other, practice.environment, ends - timedelta(days=1096))
    practice.keystores.write(path, practice.sandbox.issue_old(other, ends), PASSWORD)
    practice.vault.keep(path, PASSWORD)
    trouble.forgotten()
    guest = helped()
    page = guest.until(Troubled)
    assert [case.finding.state for case in page.cases] == [State.EXPIRED, State.PASSWORD_NEEDED]
    assert "APOTHEEK DE LINDE\nExpired on" in guest.text
    guest.press("Down")
    guest.press("Return")
    guest.until(UnlockWanted, lambda page: page.path == str(practice.path))


def test_nothing_wrong_is_said_kindly_with_what_was_looked_at(trouble: Trouble, helped: Comes) -> None:
    guest = helped()
    guest.until(NothingWrong)
    assert "Nothing has to be recovered" in guest.text
    assert str(trouble.folder) in guest.text
    guest.press("Return")
    assert not guest.window.is_open


def test_what_can_be_renewed_is_renewed_in_the_same_window(trouble: Trouble, helped: Comes) -> None:
    guest = helped(trouble.practice.path)
    guest.until(Introduction)
    guest.answer_until(Finish)
    trouble.proved(trouble.newest(), PASSWORD)


def test_what_is_no_keystore_gets_an_advice(trouble: Trouble, helped: Comes) -> None:
    trouble.practice.path.write_bytes(b"no keystore")
    guest = helped(trouble.practice.path)
    guest.until(Advice)
    assert "Restore it from a copy." in guest.text


# ── Under way ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_renewal_under_way_goes_on_and_no_request_is_begun_beside_it(trouble: Trouble, helped: Comes) -> None:
    practice = trouble.practice
    practice.door.accepts = False
    with pytest.raises(ContractDeclined):
        practice.renew(keep_password=True)
    (begun,) = practice.journal.unfinished()
    practice.clock.instant += timedelta(days=40)
    guest = helped(practice.path)
    guest.until(ContractShown)
    guest.answer_until(Finish)
    assert Path(begun.new_path) == trouble.newest()
    assert practice.services.actions.count("generatecertificate") == 1


def test_a_request_whose_password_is_forgotten_before_it_left_is_begun_anew(trouble: Trouble, helped: Comes) -> None:
    trouble.deleted()
    first = helped()
    first.answer_until(ContractShown, rather={PasswordChosen: lambda guest: guest.protect(keep=False)})
    first.leave()
    (begun,) = trouble.practice.journal.unfinished()
    again = helped()
    again.until(UnlockWanted)
    again.does_not_know()
    again.until(BeforeRequest)
    again.answer_until(Made)
    trouble.proved(trouble.newest(), NEW)
    assert trouble.practice.journal.unfinished() == [] or trouble.practice.journal.unfinished()[0].id != begun.id


# ── A person's ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_persons_own_needs_their_eid_and_no_number_is_shown(tmp_path: Path, screen: str, helped: Comes) -> None:
    own = tmp_path / "own"
    own.mkdir()
    practice = Practice(own, Holder("SSIN", RESPONSIBLE.ssin, None, "Persoon Test Tweede"))
    trouble = Trouble(practice)
    practice.sandbox.state.registrations[0].first_names = ("Test", "Tweede")
    practice.sandbox.state.registrations[0].holder = Holder("SSIN", RESPONSIBLE.ssin, None, "Persoon")
    trouble.deleted()
    practice.clock.instant += timedelta(days=46)
    stranger, begun, right = Person("85010100115", "Iemand", "Anders"), practice.clock.now(), practice.card
    chain = practice.sandbox.pki.eid_chain
    practice.card = SoftwareCard(
        lambda key, public: chain(stranger, key, public, begun, begun + timedelta(days=900)), PIN
    )
    first = helped(at=trouble)
    page = first.until(CardWanted)
    assert isinstance(page.problem, OwnEidNeeded)
    assert "the card in the reader is Iemand Anders's" in first.text
    assert practice.card.pin_entries == 0
    first.leave()
    practice.card = right
    again = helped(at=trouble)
    again.until(BeforeRequest)
    assert "(a person)" in again.text
    assert RESPONSIBLE.ssin not in again.text
    again.answer_until(Made)
    shown = again.text.replace(trouble.newest().name, "")
    assert RESPONSIBLE.ssin not in shown
    trouble.proved(trouble.newest(), NEW)


# ── Broken off ───────────────────────────────────────────────────────────────────────────────────────────────────────

_FLOWS: dict[str, tuple[Callable[[Trouble], object], list[type[pages.Page]], Secret]] = {
    "expired": (expired, [BeforeRequest, ContractShown, PinWanted], PASSWORD),
    "forgotten": (
        Trouble.forgotten,
        [UnlockWanted, BeforeRequest, ContactWanted, PasswordChosen, ContractShown, PinWanted],
        NEW,
    ),
    "gone": (Trouble.deleted, [BeforeRequest, ContactWanted, PasswordChosen, ContractShown, PinWanted], NEW),
}


@pytest.mark.parametrize(
    ("flow", "at"), [(name, at) for name, (_happens, kinds, _password) in _FLOWS.items() for at in range(len(kinds))]
)
def test_a_new_certificate_broken_off_at_each_page(trouble: Trouble, helped: Comes, flow: str, at: int) -> None:
    happens, kinds, password = _FLOWS[flow]
    happens(trouble)
    first = helped()
    first.answer_until(kinds[at])
    first.leave()
    assert trouble.half_made() == []
    begun = trouble.practice.journal.unfinished()
    assert bool(begun) == (kinds[at] in (ContractShown, PinWanted)), "nothing is written while it is filled in"
    again = helped()
    seen = again.seen_until(Made, {})
    assert seen == ([ContractShown, PinWanted] if begun else kinds)
    trouble.proved(trouble.newest(), password)
    assert trouble.practice.services.actions.count("generatecertificate") == 1
    assert trouble.practice.card.pin_entries <= 2


@pytest.mark.parametrize("last", [CopyPasswordWanted, CopiesFound, WorksAgain])
def test_a_copy_broken_off_at_each_page(trouble: Trouble, helped: Comes, last: type[pages.Page]) -> None:
    trouble.copied(trouble.practice.path.name)
    trouble.deleted()
    trouble.practice.vault.forget(trouble.practice.path)
    first = helped()
    first.answer_until(last)
    first.leave()
    assert trouble.half_made() == []
    assert trouble.practice.path.exists() == (last is WorksAgain)
    if last is WorksAgain:
        helped().until(NothingWrong)
    else:
        helped().answer_until(WorksAgain)
    trouble.proved(trouble.practice.path, PASSWORD)


@pytest.mark.parametrize("last", [BeforeAnew, ContractShown, PinWanted])
def test_a_refused_request_broken_off_at_each_page(trouble: Trouble, helped: Comes, last: type[pages.Page]) -> None:
    trouble.deleted()
    trouble.practice.sandbox.state.scenarios.append(Scenario(Bad.REFUSAL, times=1))
    refused = helped()
    refused.answer_until(pages.Trouble)
    refused.leave()
    first = helped()
    first.until(BeforeAnew)
    first.answer_until(last)
    first.leave()
    assert trouble.half_made() == []
    again = helped()
    again.answer_until(Made)
    trouble.proved(trouble.newest(), NEW)
    assert all(each.step is Step.ACTIVATE for each in trouble.practice.journal.unfinished())


@pytest.mark.parametrize("last", [ForgetWanted, Forgotten])
def test_forgetting_broken_off_at_each_page(trouble: Trouble, helped: Comes, last: type[pages.Page]) -> None:
    trouble.deleted()
    guest = helped()
    guest.until(BeforeRequest)
    guest.letter("Not needed any &more…")
    guest.until(ForgetWanted)
    if last is Forgotten:
        guest.letter("It is &not needed any more")
        guest.until(Forgotten)
    guest.leave()
    helped().until(NothingWrong if last is Forgotten else BeforeRequest)


def test_the_pin_is_declined_and_tried_again_in_the_same_window(trouble: Trouble, helped: Comes) -> None:
    expired(trouble)
    guest = helped()
    guest.answer_until(PinWanted)
    guest.press("Escape")
    guest.until(pages.Trouble)
    guest.press("Return")
    guest.answer_until(Made)
    trouble.proved(trouble.newest(), PASSWORD)


def test_offline_is_said_and_nothing_is_lost(trouble: Trouble, helped: Comes) -> None:
    trouble.forgotten()
    guest = helped()
    guest.answer_until(PasswordChosen)
    trouble.practice.sandbox.trouble(Scenario(Bad.HTTP_STATUS))
    guest.protect()
    guest.until(pages.Trouble)
    trouble.practice.sandbox.clear()
    guest.press("Return")
    guest.answer_until(Made)
    trouble.proved(trouble.newest(), NEW)


def test_a_wrong_password_for_what_was_begun_is_asked_again(trouble: Trouble, helped: Comes) -> None:
    expired(trouble)
    first = helped()
    first.answer_until(ContractShown)
    first.leave()
    trouble.practice.vault.passwords.clear()
    again = helped()
    again.until(UnlockWanted)
    again.open_with(Secret("wrong"))
    again.until(UnlockWanted, lambda page: "does not open" in str(page.problem))
    again.open_with()
    again.answer_until(Made)
    assert trouble.has_the_old_keys(trouble.proved(trouble.newest(), PASSWORD))
