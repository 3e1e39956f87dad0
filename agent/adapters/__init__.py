"""One file per outside thing, named <what>_<library>."""
