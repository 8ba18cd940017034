"""A study as plain tables, and back."""

from collections.abc import Mapping
from typing import Any

from interplay.study.faults import raise_first
from interplay.study.model import Study
from interplay.study.parse import parse, unusable


def to_json(study: Study) -> dict[str, Any]:
    """The study as tables, lists, texts and numbers, ready for JSON; every default is written out.

    `from_json` gives an equal study back. Keep the order of the keys: where `groups.mitigate` is None, the first
    attribute is the one mitigated for. Raises `StudyError` for a date or a number that is not finite among the
    parameters of an intervention or the options of the data.

    Example:
        >>> study = Study(name="loans", data={"source": "mortgage"}, limits=[{"metric": "accuracy", "at_least": 0.8}])
        >>> {key: value for key, value in to_json(study)["limits"][0].items() if value is not None}
        {'metric': 'accuracy', 'at_least': 0.8, 'reason': ''}
    """
    raise_first(unusable(study.model_dump()), "the study")
    return study.model_dump(mode="json")


def from_json(tables: Mapping[str, Any]) -> Study:
    """The study that `to_json` has written. Raises `StudyError` where the tables are not one.

    Example:
        >>> study = Study(name="loans", data={"source": "mortgage"})
        >>> from_json(to_json(study)) == study
        True
    """
    return parse(tables, "the stored study")
