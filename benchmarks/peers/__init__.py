"""Today's libraries at the common work. Each class prepares once and then does a stated share of a unit per call."""
