"""Other programs, started so that a person hears of them only when they fail, and then what to do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from installer.problem import Problem


@dataclass(frozen=True)
class Cause:
    """Why a program failed, known by the words it used."""

    signs: tuple[str, ...]
    advice: str


# The first that fits is told: pip ends with "No matching distribution" where the network was the matter, too.
CAUSES = (
    Cause(
        ("No space left on device", "not enough space on the disk", "Disk quota exceeded"),
        "The disk is full. Make room (500 MB is enough) and start this again.",
    ),
    Cause(
        ("DO NOT MATCH THE HASHES",),
        "What was downloaded is not what the lock file names, so none of it was used. Start this again; if it stays "
        "so, a proxy or mirror changes what it passes on.",
    ),
    Cause(
        ("CERTIFICATE_VERIFY_FAILED",),
        "The package registry's certificate is not trusted here. Behind a proxy that opens TLS, name its certificate "
        "to pip in the environment variable PIP_CERT.",
    ),
    Cause(
        (
            "NewConnectionError",
            "NameResolutionError",
            "ConnectTimeoutError",
            "ReadTimeoutError",
            "ProxyError",
            "Connection aborted",
            "Connection refused",
            "Network is unreachable",
            "Temporary failure",
            "getaddrinfo failed",
            "Failed to fetch",
        ),
        "The network cannot be reached. Check the connection and the proxy settings, and start this again.",
    ),
    Cause(
        ("No matching distribution found",),
        "Some package is not made for this Python on this computer. All of them are for Python 3.11 or newer on "
        "Windows and Linux (not ARM), and for Python 3.12 or newer on macOS (Apple silicon).",
    ),
    Cause(
        ("Could not get lock", "Unable to acquire the dpkg"),
        "Another program is installing packages. Let it finish and start this again.",
    ),
    Cause(
        ("Read-only file system", "Permission denied", "PermissionError", "Access is denied", "WinError 32"),
        "Files could not be written. See that this folder is yours to write to and that the agent is not running.",
    ),
)


def advice(output: str) -> str:
    """What a person can do about a program that failed, out of what it said."""
    for cause in CAUSES:
        if any(sign in output for sign in cause.signs):
            return cause.advice
    said = [line.strip() for line in output.splitlines() if line.strip()]
    return "It said: " + " / ".join(said[-3:]) if said else "It did not say why."


def run_quietly(command: Sequence[str | Path], failure: str) -> None:
    """Run a program whose output is of no interest while it succeeds.

    Raises: Problem with `failure` and what to do about it.
    """
    try:
        ended = subprocess.run(
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=_surroundings(),
            check=False,
        )
    except OSError as error:
        raise Problem(f"{failure}: {error.strerror} ({error.filename}).") from error
    if ended.returncode:
        raise Problem(f"{failure}. {advice(ended.stdout)}")


def _surroundings() -> dict[str, str]:
    """The person's environment variables, with messages in English and without what leads pip elsewhere."""
    elsewhere = {"PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_NO_BINARY"}
    return {name: value for name, value in os.environ.items() if name.upper() not in elsewhere} | {"LC_ALL": "C.UTF-8"}
