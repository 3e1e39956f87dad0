"""Who would show a notification here.

On Linux plyer runs notify-send, which asks a program on the session's D-Bus; asking that for its name starts it where
it starts on demand. Windows and macOS show notifications themselves.
Source: freedesktop.org, Desktop Notifications Specification, GetServerInformation.
"""

from __future__ import annotations

import shutil
import sys

_NAME = "org.freedesktop.Notifications"
_PATIENCE_S = 5.0


def notification_server() -> str | None:
    """Its name, None where there is none."""
    if sys.platform == "win32":
        return "Windows"
    if sys.platform == "darwin":
        return "macOS"
    return _on_the_bus() if shutil.which("notify-send") else None


def _on_the_bus() -> str | None:
    from jeepney import DBusAddress, MessageType, new_method_call
    from jeepney.io.blocking import open_dbus_connection

    address = DBusAddress("/org/freedesktop/Notifications", _NAME, _NAME)
    try:
        with open_dbus_connection() as connection:
            question = new_method_call(address, "GetServerInformation")
            answer = connection.send_and_get_reply(question, timeout=_PATIENCE_S)
    except (OSError, KeyError, ValueError, EOFError):  # no bus, or one that does not answer; TimeoutError is an OSError
        return None
    if answer.header.message_type is not MessageType.method_return:
        return None
    name, _vendor, version, _specification = answer.body
    return f"{name} {version}"
