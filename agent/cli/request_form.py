"""What a new certificate is requested with, asked in the order of the official program's screens.

Nothing is written here and nothing is sent that changes anything; what eHealth is asked beforehand costs no PIN but for
`whom`, which says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.cli.questions import Questions, choose_some
from agent.cli.terminal import TerminalDoor, choose, confirm
from agent.config import Config
from agent.core.application_id import ApplicationIdRefused, application_id
from agent.core.contact import email_address, phone_number
from agent.core.expiry import renewable_from
from agent.core.holder import Environment, Holder
from agent.core.identifiers import is_type, rule_of
from agent.core.kinds import BASE_SERVICES, by_name, matching, name_of_kind
from agent.core.organization_name import organization_name
from agent.core.registration import ContactData, Organization, OrganizationType, in_language
from agent.core.reminders import file_name
from agent.errors import ConfigError, ContractDeclined
from agent.pipeline.enquiry import Enquiry
from agent.ports import Eid, Outside
from agent.text import _, written
from agent.watch.judge import judge
from agent.watch.look import Look

PERSON = "SSIN"


@dataclass(frozen=True)
class Whom:
    """Who the certificate is for.

    Attributes:
        kind: as eHealth has it; None for a person.
        first_names: of a person, exactly as on the eID.
    """

    holder: Holder
    kind: OrganizationType | None = None
    first_names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return " ".join((*self.first_names, self.holder.name or ""))


@dataclass(frozen=True)
class RequestForm:
    """Asks for one part after the other."""

    questions: Questions
    enquiry: Enquiry
    eid: Eid
    outside: Outside
    config: Config
    environment: Environment

    # ── For whom ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def whom(self) -> Whom:
        """Raises: ConfigError, ServiceError, CardError."""
        type_ = self.questions.given("type")
        if type_ == PERSON:
            return self._myself()
        if type_ is not None or self.questions.given("number") is not None:
            return self._another(self.enquiry.organization_types())
        print(_("The certificate is for"))
        ways = (
            _("myself"),
            _("one of the organizations that eHealth knows I may act for: asking eHealth costs one PIN"),
            _("another organization for which I may manage certificates"),
        )
        while True:
            match choose(_("For whom?"), ways, default=3):
                case 0:
                    return self._myself()
                case 1:
                    known = self._one_that_ehealth_knows()
                    if known is not None:
                        return known
                case _:
                    return self._another(self.enquiry.organization_types())

    def _myself(self) -> Whom:
        person = self.eid.person
        if self.questions.given("number") is not None or self.questions.given("name") is not None:
            raise ConfigError(
                "--number, --name", _("a person's number and names are read from the eID: leave them out")
            )
        holder = Holder(PERSON, person.ssin, None, person.surname)
        self._warn_of_one_here(holder)
        return Whom(holder, None, (person.first_names,) if person.first_names else ())

    def _warn_of_one_here(self, holder: Holder) -> None:
        """Raises: ContractDeclined where the person would rather not."""
        known = self._known_here(holder)
        if known is None:
            return
        print(f"  {known}")
        if self.questions.somebody_is_there and not confirm(_("Request another one all the same?")):
            raise ContractDeclined

    def _one_that_ehealth_knows(self) -> Whom | None:
        """None where the person goes back."""
        print(_("eHealth is asked with the eID's authentication key: that costs one PIN now, the request another."))
        if not confirm(_("Ask eHealth?")):
            return None
        found = self.enquiry.qualities(self.eid, TerminalDoor()).organizations
        if not found:
            print(_("eHealth names no organization that this person may act for."))
            return None
        lines = [f"{in_language(each.name)} ({each.type} {each.number})" for each in found]
        chosen = choose(_("Which organization?"), [*lines, _("none of these")], default=None)
        return self._known(found[chosen]) if chosen < len(found) else None

    def _known(self, organization: Organization) -> Whom | None:
        if not is_type(organization.type):
            print(
                _("A keystore cannot be named after this kind of organization ({type}).").format(type=organization.type)
            )
            return None
        kinds = {kind.identifier_type: kind for kind in self.enquiry.organization_types()}
        kind = kinds.get(organization.type) or OrganizationType((), organization.type, None, (), ())
        return Whom(Holder(organization.type, organization.number, None, in_language(organization.name)), kind)

    def _another(self, kinds: Sequence[OrganizationType]) -> Whom:
        kind = self._kind(kinds)
        rule = rule_of(kind)
        number = self.questions.value("number", self._number_question(kind, rule.lengths), rule.number, str)
        if self.questions.given("name") is None:
            print(_("The organization's name has to be the same as in the Belgian Official Gazette."))
        name = self.questions.value("name", _("Name of the organization"), organization_name, str)
        return Whom(Holder(kind.identifier_type, number, None, name), kind)

    def _number_question(self, kind: OrganizationType, lengths: tuple[int, ...]) -> str:
        if kind.identifier_type.startswith("NIHII") and lengths == (8,):
            return _("RIZIV/INAMI number (first 8 digits)")
        if kind.identifier_type.startswith("CBE"):
            return _("Enterprise number (CBE)")
        return _("Number")

    def _kind(self, kinds: Sequence[OrganizationType]) -> OrganizationType:
        given = self.questions.given("type")
        if given is not None:
            found = [kind for kind in kinds if kind.identifier_type == given.upper()]
            if not found:
                known = ", ".join(kind.identifier_type for kind in matching(kinds, given) or by_name(kinds))
                raise ConfigError(
                    "--type", _("{type} is none that eHealth knows: {known}").format(type=given, known=known)
                )
            return found[0]
        if not self.questions.somebody_is_there:
            self.questions.need("type")
        while True:
            found = matching(kinds, input(_("Type of organization (a part of its name, or Enter for all): ")))
            if not found:
                print("  " + _("No type has that in its name."))
                continue
            lines = [f"{name_of_kind(kind)} ({kind.identifier_type})" for kind in found]
            chosen = choose(_("Which type?"), [*lines, _("none of these")], default=1 if len(found) == 1 else None)
            if chosen < len(found):
                return found[chosen]

    # ── Application id ───────────────────────────────────────────────────────────────────────────────────────────────

    def application(self, whom: Whom) -> Whom:
        """The same with the application id. One that is in use is warned of: eHealth would refuse it after the PIN."""
        if whom.kind is None:
            if self.questions.given("application_id"):
                raise ConfigError("--application-id", _("only organizations have application ids"))
            return whom
        in_use = self.enquiry.application_ids(whom.holder)

        def read(typed: str) -> str | None:
            try:
                return application_id(typed, in_use)
            except ApplicationIdRefused as problem:
                if problem.doubtful is not None:
                    holder = replace(whom.holder, application_id=problem.doubtful or None)
                    print(
                        "  " + (self._known_here(holder) or _("Its keystore is not in the folders of this computer."))
                    )
                raise

        if not self.questions.somebody_is_there and self.questions.given("application_id") is None:
            chosen = self.questions.value_of("application_id", "", read, lambda kept: kept or None)
        else:
            if in_use and self.questions.somebody_is_there:
                ids = ", ".join(each or _("(none)") for each in in_use)
                print(_("Application ids in use for this organization: {ids}").format(ids=ids))
            question = _("Application id, only where your software needs one (Enter: none)")
            chosen = self.questions.value("application_id", question, read, lambda kept: kept or None)
        return replace(whom, holder=replace(whom.holder, application_id=chosen))

    def _known_here(self, holder: Holder) -> str | None:
        """What is known here of a certificate for this holder that is still valid; None where nothing is."""
        look = Look(self.outside.keystores, self.outside.vault, self.outside.journal)
        seen = look.in_folders(self.config.folders, self.config.patterns, forget=False)
        now = self.outside.clock.now()
        for finding in judge(seen, now, self.outside.journal.words()):
            observation, glance = finding.observation, finding.observation.glance
            known = glance.holder if glance is not None else None
            if glance is None or known is None or observation.environment is not self.environment:
                continue
            if replace(known, name=None) != replace(holder, name=None) or glance.not_after < now:
                continue
            facts = {"name": file_name(observation.path), "day": written(glance.not_after)}
            if now >= (finding.renewable_from or renewable_from(glance.not_after)):
                text = _(
                    "Its keystore is {name}, valid until {day}. Renew it instead: that keeps old messages readable."
                )
            else:
                text = _("Its keystore is {name}, valid until {day}. eHealth refuses a second one, after the PIN.")
            return text.format(**facts)
        return None

    # ── Contact data, base services ──────────────────────────────────────────────────────────────────────────────────

    def contact(self) -> ContactData:
        if self.questions.somebody_is_there and self.questions.given("email") is None:
            print(_("How eHealth reaches the responsible person, and, if you like, the organization:"))
        ask = self.questions
        email = ask.value("email", _("E-mail address of the responsible person"), email_address, str)
        phone = ask.value("phone", _("Phone number of the responsible person"), phone_number, str)
        email_general = ask.optional("email_general", _("General e-mail address (Enter: none)"), email_address)
        phone_general = ask.optional("phone_general", _("General phone number (Enter: none)"), phone_number)
        return ContactData(email, phone, email_general, phone_general)

    def base_services(self, whom: Whom) -> tuple[str, ...]:
        """Raises: ConfigError where an option names one that this kind of organization cannot have."""
        offered = whom.kind.base_services if whom.kind else ()
        given: Sequence[str] = self.questions.several("service")
        if given:
            if wrong := [each for each in given if each not in offered]:
                text = _("{wrong}: this kind of organization can have {offered}")
                facts = {"wrong": ", ".join(wrong), "offered": ", ".join(offered) or "–"}
                raise ConfigError("--service", text.format(**facts))
            return tuple(each for each in offered if each in given)
        if not offered or not self.questions.somebody_is_there:
            return ()
        print(_("Base services that the certificate may be used for; the supplier of your software knows which:"))
        lines = {each: _(BASE_SERVICES.get(each, each)) for each in offered}
        return tuple(choose_some(_("Which ones? Their numbers with a space between, or Enter for none:"), lines))
