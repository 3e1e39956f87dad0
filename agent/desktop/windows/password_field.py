"""The field for a keystore's password, and whether this computer keeps it."""

from __future__ import annotations

import tkinter as tk

from agent.desktop.windows.drawn import Reply
from agent.desktop.windows.pages import PasswordGiven
from agent.desktop.windows.parts import PageFrame
from agent.secret import Secret
from agent.text import _


class PasswordField:
    """It is emptied once it was read."""

    def __init__(self, frame: PageFrame, reply: Reply) -> None:
        self._reply = reply
        self._entry = frame.secret_entry(_("&Password of the keystore:"))
        self._keep = tk.BooleanVar(frame, value=True)
        frame.check(_("&Store it in this computer's password vault"), self._keep)

    def give(self) -> None:
        """Answer with what is in it; nothing where it is empty."""
        password = Secret(self._entry.get())
        if password:
            self._entry.delete(0, "end")
            self._reply.answer(PasswordGiven(password, self._keep.get()))
