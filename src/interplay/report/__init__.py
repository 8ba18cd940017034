"""The report: one page, one picture, a terminal summary and a notebook view, all from the audit alone."""
