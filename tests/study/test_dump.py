import json
from typing import Any

import pytest

from interplay.errors import StudyError
from interplay.study import Study
from interplay.study.dump import from_json, to_json


@pytest.mark.parametrize("least", [True, False])
def test_a_study_comes_back_equal(least: bool, full: Study) -> None:
    study = Study(name="least", data={"source": "mortgage"}) if least else full
    again = from_json(json.loads(json.dumps(to_json(study))))
    assert again == study
    assert to_json(again) == to_json(study)
    assert list(again.groups.attributes) == list(study.groups.attributes)
    assert [type(one) for one in again.data.missing.get("a", ())] == [
        type(one) for one in study.data.missing.get("a", ())
    ]


def test_defaults_are_written_out(full: Study) -> None:
    declared = to_json(full)
    assert declared["draws"] == 200 and declared["members"] is None
    assert declared["model"]["steps"] == 400
    assert declared["priorities"]["ranking"] == ["utility", "privacy"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"a": [float("nan")]},
            "expected a finite number for data.options.a[0], found nan (the study, data.options.a[0])",
        ),
        ({"b": {1, 2}}, "expected a value that a file can hold for data.options.b, found a set (the study,"),
    ],
)
def test_what_a_file_cannot_hold_is_refused(options: dict[str, Any], message: str) -> None:
    study = Study(name="x", data={"source": "silobank", "options": options})
    with pytest.raises(StudyError) as caught:
        to_json(study)
    assert str(caught.value).startswith(message)


def test_tables_that_are_no_study_are_refused(full: Study) -> None:
    with pytest.raises(StudyError) as caught:
        from_json({**to_json(full), "members": "8", "x9": 1})
    assert str(caught.value) == (
        "expected a whole number for members, found the text '8' (the stored study, members). "
        "Next: write 8 without quotes (then 1 more error: at x9)."
    )


def test_a_list_is_no_study() -> None:
    with pytest.raises(StudyError) as caught:
        from_json(json.loads("[1]"))
    assert str(caught.value) == (
        "expected a table for the study, found a list (the stored study). Next: write a table."
    )
