import re
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.study.positions import KeyPath, positions
from interplay.study.quoting import toml_key, toml_text

LETTERS = st.characters(exclude_categories=["Cs"])
KEYS = st.one_of(st.sampled_from(["a", "b-1", "2", "a.b", "", "#", "=", "[x]", "'", '"', "\\", "\n"]), st.text(LETTERS))
TEXTS = st.one_of(
    st.sampled_from(["]", "}", '"""', "'''", "# no", "a = 1", "[t]\nk = 1", ",", '"', "\\"]), st.text(LETTERS)
)
SCALARS = st.one_of(st.integers(-99, 99), st.booleans(), TEXTS)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


class Writer:
    """Writes one document in one of its many spellings."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def one_of(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def space(self) -> str:
        return self.one_of("", " ", "\t ")

    def line(self) -> str:
        return self.one_of("\n", " # a = [\n", "\n\n  ", "\r\n")

    def key(self, key: str) -> str:
        spellings = [toml_key(key), toml_text(key)]
        if key.isprintable() and "'" not in key:
            spellings.append(f"'{key}'")
        return self.one_of(*spellings)

    def value(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            gap = self.one_of("", " ", "\n", " # ] ,\n")
            items = [gap + self.value(item) + gap for item in value]
            return f"[{','.join(items)}{self.one_of('', ',') if items else gap}{gap}]"
        if isinstance(value, dict):
            return (
                "{"
                + ",".join(f" {self.key(key)}{self.space()}= {self.value(item)} " for key, item in value.items())
                + "}"
            )
        return str(value)

    def text(self, text: str) -> str:
        spellings = [toml_text(text), f'"""{toml_text(text)[1:-1]}"""', f'"""\n{toml_text(text)[1:-1]}"""']
        if all(letter.isprintable() or letter == "\n" for letter in text) and "'" not in text:
            spellings.append(f"'''\n{text}'''")
        return self.one_of(*spellings)

    def table(self, path: str, content: dict[str, Any]) -> str:
        plain, tables = [], []
        for key, value in content.items():
            name = self.key(key)
            many = isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
            inner = f"{path}{self.space()}.{self.space()}{name}" if path else name
            if isinstance(value, dict) and self.draw(st.booleans()):
                tables.append(f"[{self.space()}{inner}{self.space()}]{self.line()}{self.table(inner, value)}")
            elif isinstance(value, dict) and value and self.draw(st.booleans()):
                plain.extend(f"{name}.{self.key(sub)} ={self.space()}{self.value(item)}" for sub, item in value.items())
            elif many and self.draw(st.booleans()):
                tables.extend(f"[[{inner}]]{self.line()}{self.table(inner, item)}" for item in value)
            else:
                plain.append(f"{self.space()}{name}{self.space()}={self.space()}{self.value(value)}")
        return "".join(one + self.line() for one in plain) + "".join(tables)


@st.composite
def spelled(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    document = draw(DOCUMENTS)
    return document, Writer(draw).table("", document)


def paths(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [(*path, key) for key, _ in items]
    return set(inner).union(*(paths(value[one[-1]], one) for one in inner))


@settings(max_examples=150, deadline=None)
@given(spelled())
def test_every_key_and_item_is_found_where_it_is_spelled(case: tuple[dict[str, Any], str]) -> None:
    document, text = case
    assert tomllib.loads(text) == document
    found = positions(text, "study.toml")
    assert set(found.places) == paths(document)
    lines = text.replace("\r\n", "\n").split("\n")
    for path, (line, column) in found.places.items():
        if isinstance(path[-1], str):
            rest = lines[line - 1][column - 1 :]
            spelling = re.match(r"[\w-]+" if rest[0] not in "\"'" else r"'[^']*'|\"(?:[^\"\\]|\\.)*\"", rest, re.ASCII)
            assert spelling is not None
            assert tomllib.loads(f"{spelling[0]} = 1") == {path[-1]: 1}


TEXT = """\
name = "x" # name = 2
limits = [ { metric = "a" },
  { "at_least" = 1 } ]
model.hidden = [
    16,
    8]
notes = \"\"\"
[model]
seed = 3 \\\"\"\" \"\"\"\"\"
[groups.attributes."loan id"]
column = 'a # b'
[[soft_goals]]
text = "1"
[[soft_goals]]
[soft_goals.inner]
date = 1979-05-27 07:32:00
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("name",), (1, 1)),
        (("limits",), (2, 1)),
        (("limits", 0, "metric"), (2, 14)),
        (("limits", 1, "at_least"), (3, 5)),
        (("model",), (4, 1)),
        (("model", "hidden"), (4, 7)),
        (("model", "hidden", 1), (6, 5)),
        (("notes",), (7, 1)),
        (("groups", "attributes", "loan id"), (10, 20)),
        (("groups", "attributes", "loan id", "column"), (11, 1)),
        (("soft_goals", 0, "text"), (13, 1)),
        (("soft_goals", 1), (14, 3)),
        (("soft_goals", 1, "inner", "date"), (16, 1)),
    ],
)
def test_known_places(path: KeyPath, place: tuple[int, int]) -> None:
    tomllib.loads(TEXT)
    assert positions(TEXT, "study.toml").places[path] == place


def test_a_missing_key_stands_where_its_table_does() -> None:
    found = positions(TEXT, "study.toml")
    assert found.where(("limits", 1, "metric")) == "study.toml:3:3"
    assert found.where(("data", "source")) == "study.toml:1:1"
    assert found.where(()) == "study.toml:1:1"


def test_what_is_not_toml_is_refused() -> None:
    with pytest.raises(ValueError, match="not TOML at offset 0"):
        positions("= 1", "study.toml")
