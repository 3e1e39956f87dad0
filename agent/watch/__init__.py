"""Find the keystores, judge their state, say when to speak."""
