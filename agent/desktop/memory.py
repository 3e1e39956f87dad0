"""Memory given back: start-up needs much that an idle process does not."""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> None:
    """Let go of what nobody holds any more. glibc keeps freed memory for itself unless it is asked; others do not."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
