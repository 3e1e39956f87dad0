"""The desktop: tray, windows, reminders."""
