"""Factories that ask for the size of what their models read."""


def wants_both(columns, classes):
    """Has no default for either."""
    return {"columns": columns, "classes": classes}


def wants_one(*, classes):
    """Asks for the number of classes alone."""
    return {"classes": classes}


def has_a_default(columns=None):
    """Knows the number of columns, or does without."""
    return {} if columns is None else {"columns": columns}


def takes_anything(**others):
    """Takes whatever it is given."""
    return others


def sized(columns, classes):
    """No classifier: says in its name what it was given."""
    return type(f"{columns} columns and {classes} classes", (), {})()
