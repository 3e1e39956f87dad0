"""What a person reads once a keystore's password was changed: the same in the terminal and in the window."""

from __future__ import annotations

from agent.text import N_

CHANGED = N_("The password of {name} is changed, and every key in it was proved.")
TELL_SOFTWARE = N_("Your software needs the new password too, on every computer that uses this keystore.")
COPY = N_("This copy still has the old password: {path}")
