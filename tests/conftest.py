"""What pytest does not look at: a package of somebody else, which `test_another_package.py` installs."""

collect_ignore = ["acme_trust"]
