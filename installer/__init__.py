"""Setting up, checking and measuring the agent from a clone."""
