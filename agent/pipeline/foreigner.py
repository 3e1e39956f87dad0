"""Submit: the request of a person without Belgian residence leaves, unsigned; the person validates it by logging in.

No card is asked for. The key stays the same however often the request is sent, so no two certificates can come of it.
The address to log in at comes with the answer alone: where that was lost, the same request is sent once more, because
eHealth may give the address again, or another; where it does not, the certificate is awaited all the same.

Source: spec/ra-protocol.md, A person without Belgian residence.
"""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import rsa

from agent.core.dn import name_for_person
from agent.core.person import Person
from agent.core.renewal import Renewal, Step
from agent.core.validation import is_safe
from agent.core.x509 import signing_request_der
from agent.errors import BadReply, Damaged, OutcomeUnknown, Refused, ServiceError, Unreachable, ValidationExpired
from agent.pipeline.files import pending_path
from agent.pipeline.platform import new_request_id
from agent.pipeline.request import ended
from agent.pipeline.run import Run, authentication_of, goes_to
from agent.pipeline.sign import SEND_PAUSE_S, SEND_TRIES, was_taken
from agent.protocol import certra
from agent.text import _, moment


def submit(run: Run, renewal: Renewal) -> Renewal:
    """Send the request, unless an earlier run may have: then find out what became of that first.

    Raises: ServiceError where nobody answers; the next run goes on from here.
    """
    if renewal.request_id is not None:
        run.door.step(renewal.step, _("Asking eHealth what became of the request"))
        if was_taken(run, renewal):
            return _asked_again(run, renewal)
    query = _query(run, renewal)
    run.door.step(renewal.step, _("Sending the request"))
    for _attempt in range(SEND_TRIES - 1):
        sent = _sent_once(run, renewal, query)
        if isinstance(sent, Renewal):
            return sent
        run.outside.clock.wait(SEND_PAUSE_S)
    sent = _sent_once(run, renewal, query)
    if isinstance(sent, Renewal):
        return sent
    raise sent


def _query(run: Run, renewal: Renewal) -> certra.SubmitCsrForForeigner:
    holder, wanted = run.wanted(renewal)
    pending = pending_path(renewal)
    private_key = authentication_of(run.pending(renewal), pending).private_key
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise Damaged(str(pending), _("its key is not an RSA key"))
    surname = holder.name or ""
    csr_der = signing_request_der(private_key, name_for_person(holder.number, surname, wanted.first_names))
    person = Person(holder.number, " ".join(wanted.first_names) or None, surname)
    return certra.SubmitCsrForForeigner(person, wanted.contact, csr_der)


def _sent_once(run: Run, renewal: Renewal, query: certra.SubmitCsrForForeigner) -> Renewal | ServiceError:
    """The renewal after a clear yes or no; the problem where eHealth does not have the request."""
    try:
        return _submitted(run, renewal, query)
    except Unreachable as problem:
        return problem
    except (OutcomeUnknown, BadReply, Refused) as problem:
        # A refusal too can mean that an earlier, unanswered request with this key was taken.
        run.note(renewal, _("No clear yes: {problem}").format(problem=problem))
        if was_taken(run, renewal):
            return _asked_again(run, renewal)
        return ended(run, renewal, str(problem), problem.code) if isinstance(problem, Refused) else problem


def _submitted(run: Run, renewal: Renewal, query: certra.SubmitCsrForForeigner) -> Renewal:
    """Journaled before it acts: a run that ends here has to be asked after. Raises: ServiceError."""
    renewal = replace(renewal, request_id=new_request_id())
    run.outside.journal.save(renewal)
    operation = certra.SUBMIT_CSR_FOR_FOREIGNER
    assert renewal.request_id is not None
    request_xml = run.platform.request(operation, query, renewal.request_id)
    answer = run.platform.send(operation, request_xml, renewal.request_id)
    if not is_safe(answer.url):
        run.note(renewal, _("The address to log in at is not a safe one, and is not used."))
        return goes_to(renewal, Step.COLLECT)
    text = _("eHealth has the request. The person logs in before {moment}.").format(moment=moment(answer.expires))
    run.note(renewal, text, request=renewal.request_id)
    return replace(goes_to(renewal, Step.COLLECT), validation_url=answer.url, validation_ends=answer.expires)


def _asked_again(run: Run, renewal: Renewal) -> Renewal:
    """eHealth has the request, and we do not have its answer: the same once more may bring the address."""
    try:
        return _submitted(run, renewal, _query(run, renewal))
    except ServiceError as problem:
        text = _("eHealth has the request, but the address to log in at is lost: {problem}")
        run.note(renewal, text.format(problem=problem))
        return goes_to(renewal, Step.COLLECT)


def may_begin_anew(run: Run, renewal: Renewal) -> bool:
    """The person may say that this request is to be put aside: nobody can log in for it any more, or nobody could."""
    return renewal.for_foreigner and (renewal.validation_url is None or _is_over(run, renewal))


def _is_over(run: Run, renewal: Renewal) -> bool:
    return renewal.validation_ends is not None and run.outside.clock.now() >= renewal.validation_ends


def too_late(run: Run, renewal: Renewal) -> ValidationExpired | None:
    """What to say of a request that nobody validated in time."""
    ends = renewal.validation_ends
    return ValidationExpired(moment(ends)) if ends is not None and _is_over(run, renewal) else None


def still_open(run: Run, renewal: Renewal) -> Renewal:
    """`renewal`, whose certificate is not there yet, as long as somebody can still log in.

    Past the end of the address it is asked for all the same, because the answer may come late; but nobody is kept
    waiting, and who says so (`Options.anew`) begins again. So does who never got the address.
    Raises: ValidationExpired.
    """
    if run.options.anew and may_begin_anew(run, renewal):
        return ended(run, renewal, _("It was not validated in time."))
    problem = too_late(run, renewal)
    if problem is not None:
        run.outside.journal.save(renewal)
        raise problem
    return renewal
