"""What pytest does not look at: a package of somebody else, which `test_another_package.py` installs, and modules of PyTorch."""

collect_ignore = ["acme_trust", "oracles/modules.py"]
