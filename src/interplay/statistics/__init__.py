"""Statistics: intervals, tests and corrections under the names that textbooks give them; nothing here knows of models."""
