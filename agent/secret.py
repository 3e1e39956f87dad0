"""Secrets that do not leak by accident."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """A password or PIN. Prints as ``Secret(***)``; only adapters reveal it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself. For adapters, at the edge, and nowhere else."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            raise TypeError("a Secret is compared with a Secret only")
        import hmac  # brings OpenSSL along, and the resident, which never compares secrets, has to stay small

        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        raise TypeError("a Secret is not a key of anything")

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret is not pickled or copied")
