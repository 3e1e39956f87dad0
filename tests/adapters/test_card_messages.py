from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.adapters.card_codes import Doing
from agent.adapters.card_messages import (
    Failed,
    Identified,
    Identify,
    Message,
    NotAMessage,
    Pin,
    PinNeeded,
    Sign,
    Signed,
    line,
    message,
)
from agent.adapters.card_survey_messages import Survey, Surveyed
from agent.core.person import Person
from agent.core.survey import Readers, Software
from agent.errors import CardError, CardFailed, CardRemoved, MiddlewareMissing, PinBlocked, PinWrong, WrongPerson
from agent.ports import CardKey, Eid
from agent.secret import Secret

_eids = st.builds(
    Eid,
    st.builds(Person, st.text(), st.none() | st.text(), st.text()),
    st.lists(st.binary()).map(tuple),
    st.lists(st.binary()).map(tuple),
)
_messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Identify, st.text()),
    st.builds(Sign, st.text(), _eids, st.sampled_from(CardKey), st.binary()),
    st.builds(Pin, st.text().map(Secret)),
    st.sampled_from(Doing),
    st.builds(PinNeeded, st.none() | st.integers(0, 3)),
    st.builds(Identified, _eids),
    st.builds(Signed, st.binary()),
    st.builds(Survey, st.none() | st.text()),
    st.builds(Surveyed, st.from_type(Readers) | st.from_type(Software)),
)


@given(_messages)
def test_what_is_said_is_what_is_heard_on_one_line(said: Message) -> None:
    written = line(said)
    assert written.count(b"\n") == 1
    assert message(written) == said


@pytest.mark.parametrize(
    "error",
    [
        CardRemoved(),
        PinBlocked(),
        PinWrong(None),
        PinWrong(1),
        CardFailed("signing", "CKR_DEVICE_ERROR 0x30"),
        WrongPerson("Zoë", "Jürgen"),
        MiddlewareMissing("a, b"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_cross_as_what_they_are(error: CardError) -> None:
    heard = message(line(Failed(error)))
    assert isinstance(heard, Failed)
    assert type(heard.error) is type(error)
    assert heard.error.facts == error.facts


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\xff\n",
        b"not json\n",
        b"[]\n",
        b"null\n",
        b"{}\n",
        b'{"kind": "other"}\n',
        b'{"kind": "doing", "doing": "dancing"}\n',
        b'{"kind": "signed", "signature": 7}\n',
        b'{"kind": "identified", "eid": {"person": []}}\n',
        b'{"kind": "readers", "problem": null, "readers": [[1]]}\n',
        b'{"kind": "software", "about": ["a"], "slots": []}\n',
        b'{"kind": "software", "about": ["a", "b", "c"], "slots": [["r", null, {"label": "x"}]]}\n',
        b'{"kind": "failed", "error": "SystemExit", "facts": {}}\n',
        b'{"kind": "failed", "error": "PinWrong", "facts": {"other": 1}}\n',
    ],
)
def test_anything_else_is_no_message(said: bytes) -> None:
    with pytest.raises(NotAMessage):
        message(said)


def test_a_pin_shows_in_no_repr() -> None:
    assert "4213" not in repr(Pin(Secret("4213")))
