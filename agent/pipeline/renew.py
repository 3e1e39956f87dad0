"""Run a renewal: one step after the other, each journaled before it acts, from wherever an earlier run stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from agent.core.glance import Fingerprint
from agent.core.holder import Environment
from agent.core.renewal import Renewal, Step
from agent.core.x509 import fingerprint
from agent.errors import RenewalRefused
from agent.pipeline import deliver, request, sign, validate
from agent.pipeline.platform import Platform
from agent.pipeline.run import Options, Run, authentication_of
from agent.pipeline.under_way import under_way
from agent.ports import Door, Outside
from agent.text import _

_ACTS: Mapping[Step, Callable[[Run, Renewal], Renewal]] = {
    Step.MAKE_KEY: request.make_key,
    Step.SIGN: sign.sign,
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
    """Renew the keystore at `path`, or go on with its renewal that an earlier run began.

    Args:
        path: the old keystore, or one of the files of a renewal under way.
    Returns: the renewal, DONE; or waiting at ACTIVATE where `options.activate` is not set.
    Raises: AgentError. What was done so far is kept, and the same call goes on from there.
    """
    run = Run(outside, door, options, Platform(outside.services, outside.clock, environment))
    renewal = under_way(outside, path)
    mark = renewal.fingerprint if renewal else _mark(outside, path, options)
    with outside.lock.hold(mark, path):
        # Asked again under the lock: another process may just have begun or ended it, here or for a copy of the file.
        renewal = outside.journal.renewal_of(mark)
        if renewal is not None:
            renewal = _to_the_end(run, renewal)
            if not (options.anew and renewal.step is Step.ENDED):
                return _told(renewal)
        return _told(_to_the_end(run, request.begin(run, path, environment)))


def _mark(outside: Outside, path: Path, options: Options) -> Fingerprint:
    keystore = outside.keystores.read(path, options.password)
    return fingerprint(authentication_of(keystore, path).certificate)


def _to_the_end(run: Run, renewal: Renewal) -> Renewal:
    journal = run.outside.journal
    journal.save(renewal)
    while not renewal.is_over:
        if renewal.step is Step.ACTIVATE and not run.options.activate:
            return renewal
        renewal = _ACTS[renewal.step](run, renewal)
        journal.save(renewal)
    return renewal


def _told(renewal: Renewal) -> Renewal:
    if renewal.step is Step.ENDED:
        raise RenewalRefused(renewal.old_path, renewal.ended_because or _("eHealth ended the request."))
    return renewal
