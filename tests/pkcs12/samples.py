"""The sample keystores in ../shared, and what their manifest says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "keystores"
MANIFEST: list[dict[str, Any]] = (
    json.loads((FOLDER / "manifest.json").read_text()) if (FOLDER / "manifest.json").exists() else []
)
needs_samples = pytest.mark.skipif(not MANIFEST, reason="the sample keystores of ../shared are not here")


def samples(expect: str) -> list[Any]:
    """Parameters: the manifest's entries whose `expect` begins so, each under its file name."""
    return [pytest.param(entry, id=entry["file"]) for entry in MANIFEST if entry["expect"].startswith(expect)]


def sample(note: str) -> dict[str, Any]:
    return next(entry for entry in MANIFEST if entry.get("note", "").startswith(note))


def data_of(entry: dict[str, Any]) -> bytes:
    return FOLDER.joinpath(str(entry["file"])).read_bytes()
