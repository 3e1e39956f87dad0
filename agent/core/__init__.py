"""Values and rules. No I/O, no clock, no threads, no randomness: `now` is an argument."""
