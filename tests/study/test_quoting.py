import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interplay.errors import StudyError
from interplay.study.quoting import toml_key, toml_text, toml_texts


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    written = f"{toml_key(text)} = {toml_texts((text, text))}"
    assert tomllib.loads(written) == {text: [text, text]}
    assert written.isprintable()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("é x", '"é x"'),
        ("\u202e", '"\\u202e"'),
        ("\U000e0001", '"\\U000e0001"'),
        ('a"\\', '"a\\"\\\\"'),
        ("\t", '"\\t"'),
    ],
)
def test_known_spellings(text: str, written: str) -> None:
    assert toml_text(text) == written


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(StudyError, match="rename it in the data"):
        toml_key("\ud800")
