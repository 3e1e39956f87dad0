"""Make a certificate, be it a renewal, a first one or one that was begun elsewhere.

One step after the other, each journaled before it acts, from wherever an earlier run stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from agent.core.glance import Fingerprint
from agent.core.holder import Environment
from agent.core.keystore import KeyEntry
from agent.core.renewal import Renewal, Step
from agent.core.x509 import fingerprint
from agent.pipeline import deliver, foreigner, request, sign, validate
from agent.pipeline.platform import Platform
from agent.pipeline.request import First
from agent.pipeline.run import Options, Run, authentication_of, not_made
from agent.pipeline.under_way import under_way
from agent.ports import Door, Outside
from agent.text import _

_ACTS: Mapping[Step, Callable[[Run, Renewal], Renewal]] = {
    Step.MAKE_KEY: request.make_key,
    Step.SIGN: sign.sign,
    Step.SUBMIT: foreigner.submit,
    Step.SEND: sign.send,
    Step.COLLECT: validate.collect,
    Step.INSTALL: validate.install,
    Step.MAKE_TOKEN_KEY: validate.make_token_key,
    Step.REGISTER_TOKEN: validate.register_token,
    Step.PUT_IN_PLACE: deliver.put_in_place,
    Step.CONFIRM: deliver.confirm,
    Step.ACTIVATE: deliver.activate,
}


def renew(path: Path, environment: Environment, outside: Outside, door: Door, options: Options) -> Renewal:
    """Renew the keystore at `path`, or go on with what an earlier run began for it.

    Args:
        path: the old keystore, or one of the files of a renewal under way.
    Returns: the renewal, DONE; or waiting at ACTIVATE where `options.activate` is not set.
    Raises: AgentError. What was done so far is kept, and the same call goes on from there.
    """
    run = _run(environment, outside, door, options)
    begun = under_way(outside, path)
    mark = begun.fingerprint if begun else fingerprint(_authentication(outside, path, options).certificate)
    return _made(run, mark, path, lambda: request.begin(run, path, environment))


def request_first(asked: First, outside: Outside, door: Door, options: Options) -> Renewal:
    """Make the first certificate of a holder, in a new keystore, or go on with it. As `renew`.

    Args:
        options: `password` is that of the new keystore; with `asked.keys_of` that of the old one, and `new_password` is
            the new one's where it has another.
    """
    run = _run(asked.environment, outside, door, options)
    again = partial(request.as_asked, asked=asked)
    return _made(run, asked.mark, asked.folder, lambda: request.first(run, asked), again)


def put_aside(renewal: Renewal, outside: Outside) -> None:
    """Give up a first request that `can_be_put_aside`; nothing happens where it went on meanwhile.

    Raises: RenewalBusy, WriteFailed.
    """
    with outside.lock.hold(renewal.fingerprint, Path(renewal.path)):
        now = outside.journal.renewal_of(renewal.fingerprint)
        if now is not None and now.can_be_put_aside:
            outside.journal.save(request.given_up(outside, now))


def complete(path: Path, environment: Environment, outside: Outside, door: Door, options: Options) -> Renewal:
    """Bring the keystore at `path` to its end, which was begun here or by another program. As `renew`.

    Raises: NothingToComplete, where it has all that it needs.
    """
    run = _run(environment, outside, door, options)
    begun = under_way(outside, path)
    mark = begun.fingerprint if begun else request.mark_of_key(_authentication(outside, path, options))
    return _made(run, mark, path, lambda: request.adopted(run, path, environment))


def _run(environment: Environment, outside: Outside, door: Door, options: Options) -> Run:
    return Run(outside, door, options, Platform(outside.services, outside.clock, environment))


def _authentication(outside: Outside, path: Path, options: Options) -> KeyEntry:
    return authentication_of(outside.keystores.read(path, options.password), path)


def _made(
    run: Run,
    mark: Fingerprint,
    path: Path,
    begin: Callable[[], Renewal],
    again: Callable[[Renewal], Renewal] = lambda renewal: renewal,
) -> Renewal:
    """The renewal that `mark` stands for, from where it is (as `again` has it), or from its beginning."""
    with run.outside.lock.hold(mark, path):
        # Asked again under the lock: another process may just have begun or ended it, here or for a copy of the file.
        renewal = run.outside.journal.renewal_of(mark)
        if renewal is not None:
            renewal = _to_the_end(run, again(renewal))
            if not (run.options.anew and renewal.step is Step.ENDED):
                return _told(run, renewal)
            return _told(run, _to_the_end(run, replace(begin(), contact=renewal.contact)))
        return _told(run, _to_the_end(run, begin()))


def _to_the_end(run: Run, renewal: Renewal) -> Renewal:
    journal = run.outside.journal
    journal.save(renewal)
    while not renewal.is_over:
        if renewal.step is Step.ACTIVATE and not run.options.activate:
            return renewal
        renewal = _ACTS[renewal.step](run, renewal)
        journal.save(replace(renewal, contact=None) if renewal.is_over else renewal)  # then nobody needs it any more
    return renewal


def _told(run: Run, renewal: Renewal) -> Renewal:
    if renewal.step is Step.ENDED:
        raise not_made(renewal, renewal.ended_because or _("eHealth ended the request."), run.refused_code)
    return renewal
