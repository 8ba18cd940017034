"""What the name of a column suggests about it: a person's name, a number of the row, a weight, a later event.

A suggestion is proposed or asked about, and decides nothing by itself.
"""

import re

_IDENTIFIER = re.compile(r"(?i:(^|[_\W])(id|uuid|guid|identifier|key|number|no)$)|[a-z](ID|Id)$")
_PERSON = re.compile(
    r"(^|[_\W])((first|last|middle|given|family|full|maiden|sur|fore)[_\W]?names?|first|last|surname|names?|e?[_\W]?mail"
    r"([_\W]?address)?|(tele)?phone([_\W]?(number|no))?|mobile|street|address|iban|ssn|passport)([_\W]|$)",
    re.IGNORECASE,
)
_WEIGHT = re.compile(r"(^|[_\W])(fnlwgt|p?weights?|wt|pwgtp?|perwt|wgt)$", re.IGNORECASE)
_WEIGHED = re.compile(r"(body|birth|gross|net)[_\W]?(weight|wt)", re.IGNORECASE)
_LATER = re.compile(
    r"(^|[_\W])(approved|approval|decision|decided|outcome|result|granted|rejected|refused|denied|defaulted|default|"
    r"charge[_\W]?off|charged[_\W]?off|closed|closing|repaid|paid|recover(y|ed|ies)|settle(d|ment)|collections?|final|"
    r"discharged?|readmi(t|ssion|tted)|died|death|deceased|survived|recid\w*|reoffend\w*|rearrest\w*)([_\W]|$)",
    re.IGNORECASE,
)


def names_the_row(name: str) -> bool:
    """Whether a column of this name seems to identify a row or a person.

    Example:
        >>> names_the_row("customer_id"), names_the_row("paid")
        (True, False)
    """
    return _IDENTIFIER.search(name) is not None


def names_people(name: str) -> bool:
    """Whether a column of this name seems to hold names or addresses of people.

    Example:
        >>> names_people("first_name"), names_people("brand name tag"), names_people("income")
        (True, True, False)
    """
    return _PERSON.search(name) is not None


def weighs_rows(name: str) -> bool:
    """Whether a column of this name seems to say how many people a row stands for.

    Example:
        >>> weighs_rows("sample_weight"), weighs_rows("birth_weight"), weighs_rows("weighted mean")
        (True, False, False)
    """
    return _WEIGHT.search(name) is not None and _WEIGHED.search(name) is None


def known_later(name: str) -> bool:
    """Whether a column of this name seems to be known only at or after the decision.

    Example:
        >>> known_later("closed_early"), known_later("final_grade"), known_later("income")
        (True, True, False)
    """
    return _LATER.search(name) is not None
