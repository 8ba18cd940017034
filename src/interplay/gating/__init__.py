"""One model against another: compared, approved, and held back at a gate."""
