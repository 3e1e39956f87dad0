"""The catalogues of translated texts: gathered from the sources, brought up to date, compiled.

    agent/locale/agent.pot                      every text of the sources, for translators
    agent/locale/<language>/LC_MESSAGES/*.po    the translations; edited by people
    agent/locale/<language>/LC_MESSAGES/*.mo    the same for gettext; made from it, and kept in the repository

What is written depends on the sources and the translations alone: no date, no line number, no name of a machine.
Run by ``bootstrap.py translations`` with the environment's Python, because Babel is only there.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from installer.environment import CLONE
from installer.problem import Problem, say

SOURCES = CLONE / "agent"
FOLDER = SOURCES / "locale"
TEMPLATE = FOLDER / "agent.pot"
LANGUAGES = {"nl": "Dutch", "fr": "French", "de": "German"}
"""English is the language of the sources."""

Id = str | tuple[str, str]
"""A text; or one for a single thing and one for several."""


class Catalogue(Catalog):
    """A catalogue whose header says nothing that changes from one day or computer to the next."""

    def __init__(self, language: str | None = None) -> None:
        comment = f"# The eHealth certificate agent's texts{f' in {LANGUAGES[language]}' if language else ''}."
        super().__init__(language, header_comment=comment, charset="utf-8", fuzzy=False)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        headers = [("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8")]
        headers.append(("Content-Transfer-Encoding", "8bit"))
        return headers if self.locale is None else [*headers, ("Plural-Forms", self.plural_forms)]


def po_path(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "agent.po"


def mo_path(language: str) -> Path:
    return po_path(language).with_suffix(".mo")


# ── Gathering ────────────────────────────────────────────────────────────────────────────────────────────────────────


def template() -> Catalogue:
    """Every text that the sources mark, with the files that have it. Raises: Problem."""
    gathered = Catalogue()
    for path in sorted(SOURCES.rglob("*.py")):
        place = path.relative_to(CLONE).as_posix()
        for text in texts(path.read_text(encoding="utf-8"), place):
            gathered.add(text, locations=[(place, 0)])
    return gathered


def texts(source: str, place: str) -> Iterator[Id]:
    """The texts in `_()`, `N_()` and `ngettext()`, in their order.

    Raises: Problem where one is put together before it is translated, which no catalogue can know.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match call:
            case ast.Call(func=ast.Name("_" | "N_"), args=[ast.Constant(str(text))]):
                yield text
            case ast.Call(func=ast.Name("ngettext"), args=[ast.Constant(str(one)), ast.Constant(str(many)), _]):
                yield one, many
            case ast.Call(func=ast.Name("_" | "N_"), args=[ast.JoinedStr() | ast.BinOp()]):
                raise Problem(f"{place}, line {call.lineno}: a text is put together before it is translated.")


# ── Bringing up to date ──────────────────────────────────────────────────────────────────────────────────────────────


def translated(language: str) -> Catalog:
    """The catalogue as it is on disk; an empty one where there is none."""
    path = po_path(language)
    if not path.exists():
        return Catalogue(language)
    with path.open("rb") as file:
        return read_po(file, language)


def updated(language: str, sources: Catalogue) -> Catalogue:
    """The texts of `sources` with the translations that there are; those of other texts are left out."""
    old, new = translated(language), Catalogue(language)
    for message in _messages(sources):
        known = old.get(message.id)
        string = known.string if known is not None and known.pluralizable == message.pluralizable else None
        new.add(message.id, string, locations=message.locations)
    return new


def untranslated(catalogue: Catalog) -> list[Id]:
    """The texts without a translation."""
    return [_id(each) for each in _messages(catalogue) if not all(_strings(each))]


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _id(message: Message) -> Id:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


# ── As bytes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def po_bytes(catalogue: Catalogue) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, width=100, include_lineno=False)
    return file.getvalue().strip() + b"\n"


def mo_bytes(catalogue: Catalogue) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> int:
    """Write all catalogues. Returns: 1 where a translation is missing."""
    try:
        sources = template()
    except Problem as problem:
        say(str(problem))
        return 1
    FOLDER.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(po_bytes(sources))
    code = 0
    for language, name in LANGUAGES.items():
        catalogue = updated(language, sources)
        po_path(language).parent.mkdir(parents=True, exist_ok=True)
        po_path(language).write_bytes(po_bytes(catalogue))
        mo_path(language).write_bytes(mo_bytes(catalogue))
        missing = untranslated(catalogue)
        say(f"{name}: {len(catalogue)} texts, {len(missing)} of them not translated.")
        for text in missing:
            say(f"  {text!r}")
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
