"""What a person is told, and how setting up says that it cannot go on."""

from __future__ import annotations


class Problem(Exception):
    """Setting up cannot go on. The text is for people: what happened, and what to do next."""


def say(sentence: str) -> None:
    print(sentence, flush=True)
