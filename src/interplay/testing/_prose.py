"""What a public docstring of the house must say."""

import inspect
import re

YEAR = re.compile(r"\b(1[89]|20)\d\d[a-z]?\b")
FORMULA = re.compile(r" (=|<-|<=|>=|argmin|argmax|~) |^(argmin|argmax) |\bP\(", re.MULTILINE)


def missing_parts(kind: type) -> list[str]:
    """What the docstring of a metric or an intervention lacks: empty when it says everything."""
    text = inspect.cleandoc(kind.__doc__ or "")
    before, _, after = text.partition("Reference:")
    checks = {
        "a first line that is a sentence": text.partition("\n")[0].endswith("."),
        "a formula with argument names": bool(FORMULA.search(before)),
        "'Reference:' with a year": bool(YEAR.search(after.partition("Example:")[0])),
        "'Example:' that runs": ">>> " in after.partition("Example:")[2],
        "'Does not show:'": "Does not show: " in after,
    }
    return [part for part, there in checks.items() if not there]


def camel(stem: str) -> str:
    """The class name that belongs to a file.

    Example:
        >>> camel("dp_sgd")
        'DpSgd'
    """
    return "".join(word.capitalize() for word in stem.split("_"))
