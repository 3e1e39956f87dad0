"""The eHealth certificate agent: watches keystores, speaks up in time, renews with one click and one PIN."""

__version__ = "0.1.0"
