"""Stories that run: what the command line tells from beginning to end, on data that the package generates."""
