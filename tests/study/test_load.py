from collections.abc import Callable
from pathlib import Path

import pytest

from interplay.aspects import Aspect
from interplay.errors import StudyError
from interplay.study import Study
from interplay.study.load import load, locate

BASE = 'name = "loans"\n[data]\nsource = "loans.csv"\n'

Loaded = Callable[[str], Study]
Refusal = Callable[[str], str]
Written = Callable[[str], Path]


def test_every_section_is_read(loaded: Loaded) -> None:
    study = loaded(
        """
name = "loans"
members = 8
limits = [{ metric = "accuracy", at_least = 0.8 }]
tolerances."accuracy_disparity/race" = 0.05
[data]
source = "mortgage"
favourable = 1
drop.action = "recorded after the decision"
missing = { income = [666, "?"] }
[groups]
intersections = [["race", "sex"]]
[groups.attributes.race]
merge = { other = ["asian", "black"] }
[groups.attributes.sex]
[model]
hidden = []
batch_size = 64
[[interventions]]
name = "dp_sgd"
[interventions.parameters]
privacy_epsilon = 3
[[soft_goals]]
aspect = "human agency"
text = "a person signs"
responsible = "the head of lending"
[priorities]
ranking = ["privacy", "utility"]
"""
    )
    assert (study.name, study.members, study.seed) == ("loans", 8, 0)
    assert (study.data.source, study.data.favourable) == ("mortgage", 1)
    assert study.data.missing == {"income": (666.0, "?")}
    assert study.data.drop == {"action": "recorded after the decision"}
    assert list(study.groups.attributes) == ["race", "sex"]
    assert study.groups.attributes["race"].merge == {"other": ("asian", "black")}
    assert study.groups.intersections == (("race", "sex"),)
    assert (study.model.hidden, study.model.batch_size) == ((), 64)
    assert study.interventions[0].parameters == {"privacy_epsilon": 3}
    assert study.limits[0].at_least == 0.8
    assert study.tolerances == {"accuracy_disparity/race": 0.05}
    assert study.soft_goals[0].aspect == "human agency"
    assert study.priorities.ranking == (Aspect.PRIVACY, Aspect.UTILITY)


FAULTS = {
    "misspelt at the top": (
        'nam = "loans"\n[data]\nsource = "x"\n',
        "expected a top-level key, found the unknown key 'nam' (study.toml:1:1). Next: write 'name'.",
    ),
    "misspelt in a table": (
        BASE + "\n  sorce = 1\n",
        "expected a key of [data], found the unknown key 'sorce' (study.toml:5:3). Next: write 'source'.",
    ),
    "misspelt in a list of tables": (
        BASE + '[[limits]]\nmetric = "a"\n[[limits]]\nmetric = "b"\n"at leest" = 3\n',
        "expected a key of [[limits]], found the unknown key 'at leest' (study.toml:8:1). Next: write 'at_least'.",
    ),
    "misspelt in an inline table": (
        'limits = [{ metric = "a" }, { metrik = "b" }]\n' + BASE,
        "expected a key of [[limits]], found the unknown key 'metrik' (study.toml:1:31). Next: write 'metric'.",
    ),
    "misspelt in a nested table": (
        BASE + '[groups.attributes."a b"]\ncolum = "x"\n',
        "expected a key of [groups.attributes.'a b'], found the unknown key 'colum' (study.toml:5:1). "
        "Next: write 'column'.",
    ),
    "misspelt table": (
        BASE + "[modle]\nsteps = 1\n",
        "expected a top-level key, found the unknown key 'modle' (study.toml:4:2). Next: write 'model'.",
    ),
    "below the wrong table": (
        BASE + "seed = 3\n",
        "expected a key of [data], found the unknown key 'seed' (study.toml:4:1). "
        "Next: move it above the first [table] of the file.",
    ),
    "above its table": (
        "steps = 3\n" + BASE,
        "expected a top-level key, found the unknown key 'steps' (study.toml:1:1). Next: move it to [model].",
    ),
    "like no key": (
        BASE + '[[limits]]\nmetric = "a"\n"a\\nb\\u0007" = 3\n',
        "expected a key of [[limits]], found the unknown key 'a\\nb\\x07' (study.toml:6:1). "
        "Next: take it out, or use one of metric, at_least, at_most, at_most_below_control, at_most_above_control, reason.",
    ),
    "missing key": (
        '\n[data]\nsource = "a"\n',
        "expected the key 'name' in the file, above the first [table], found none (study.toml:1:1). "
        "Next: set 'name' there.",
    ),
    "missing table": (
        'name = "x"\n',
        "expected the key 'data' in the file, above the first [table], found none (study.toml:1:1). "
        "Next: add a table [data].",
    ),
    "missing key of a list of tables": (
        BASE + "[[interventions]]\nparameters.a = 1\n",
        "expected the key 'name' in [[interventions]], found none (study.toml:4:3). Next: set 'name' there.",
    ),
    "number in quotes": (
        'members = "16"\n' + BASE,
        "expected a whole number for members, found the text '16' (study.toml:1:1). Next: write 16 without quotes.",
    ),
    "fraction": (
        "members = 16.5\n" + BASE,
        "expected a whole number for members, found the number 16.5 (study.toml:1:1). Next: write a whole number.",
    ),
    "truth value for a number": (
        "seed = true\n" + BASE,
        "expected a whole number for seed, found true (study.toml:1:1). Next: write a whole number.",
    ),
    "number for a text": (
        BASE + "drop = { a = 1 }\n",
        "expected a text for data.drop.a, found the number 1 (study.toml:4:10). Next: write it in quotes.",
    ),
    "text for a list": (
        BASE + 'features = "income"\n',
        "expected a list for data.features, found the text 'income' (study.toml:4:1). "
        "Next: write it between brackets: [...].",
    ),
    "too small": (
        "draws = 49\n" + BASE,
        "expected a number of at least 50 for draws, found the number 49 (study.toml:1:1). "
        "Next: write a number of at least 50.",
    ),
    "an audit part that is too large": (
        BASE + "audit_share = 0.5\n",
        "expected a number of at most 0.4 for data.audit_share, found the number 0.5 (study.toml:4:1). "
        "Next: write a number of at most 0.4.",
    ),
    "an audit part that is too small": (
        BASE + "audit_share = 0.001\n",
        "expected a number of at least 0.02 for data.audit_share, found the number 0.001 (study.toml:4:1). "
        "Next: write a number of at least 0.02.",
    ),
    "not positive, in a list": (
        BASE + "[model]\nhidden = [16,\n 0]\n",
        "expected a number above 0 for model.hidden[1], found the number 0 (study.toml:6:2). "
        "Next: write a number above 0.",
    ),
    "unknown choice": (
        BASE + '[model]\noptimiser = "sdg"\n',
        "expected 'sgd' or 'adam' for model.optimiser, found the text 'sdg' (study.toml:5:1). Next: write 'sgd'.",
    ),
    "neither number nor choice": (
        BASE + "[model]\nbatch_size = 0\n",
        "expected a number above 0 or 'full' for model.batch_size, found the number 0 (study.toml:5:1). "
        "Next: write a number above 0 or 'full'.",
    ),
    "unknown aspect": (
        BASE + '[priorities]\nranking = ["privcy"]\n',
        "expected 'fairness', 'privacy', 'robustness', 'explainability', 'uncertainty', 'utility' or 'reproducibility' "
        "for priorities.ranking[0], found the text 'privcy' (study.toml:5:12). Next: write 'privacy'.",
    ),
    "unknown aspect with a weight": (
        BASE + "[priorities.weights]\nfairnes = 1.0\n",
        "expected 'fairness', 'privacy', 'robustness', 'explainability', 'uncertainty', 'utility' or 'reproducibility', "
        "found the unknown key 'fairnes' (study.toml:5:1). Next: write 'fairness'.",
    ),
    "date": (
        BASE + "[priorities]\nset_on = 2026-01-31\n",
        "expected a text or a number for priorities.set_on, found the date or time 2026-01-31 (study.toml:5:1). "
        "Next: write it in quotes.",
    ),
    "infinite": (
        BASE + '[[limits]]\nmetric = "accuracy"\nat_most = inf\n',
        "expected a finite number for limits[0].at_most, found inf (study.toml:6:1). "
        "Next: write a number, or leave the key out.",
    ),
    "list of alternatives": (
        BASE + "favourable = [1]\n",
        "expected a text or a number or true or false for data.favourable, found a list (study.toml:4:1). "
        "Next: write a text or a number or true or false.",
    ),
    "single brackets": (
        BASE + '[limits]\nmetric = "a"\n',
        "expected a list of tables for limits, found a table (study.toml:4:2). "
        "Next: write the header with double brackets: [[limits]].",
    ),
    "double brackets": (
        'name = "x"\n[[data]]\nsource = "a"\n',
        "expected a table for data, found a list (study.toml:2:3). "
        "Next: write the header with single brackets: [data].",
    ),
    "another version": (
        "version = 2\n" + BASE,
        "expected 1 for version, found the number 2 (study.toml:1:1). Next: write 1.",
    ),
    "endless digits": (
        f"members = -{'9' * 400}\n" + BASE,
        "expected a number of at least 3 for members, found the number far too large (study.toml:1:1). "
        "Next: write a number of at least 3.",
    ),
    "nested": (
        f"{BASE}options = {{ a = {'[' * 30}{']' * 30} }}\n",
        "expected tables and lists nested less than 20 deep, found deeper ones (study.toml:4:34). "
        "Next: write it flatter.",
    ),
    "syntax": (
        BASE + "a = = 3\n",
        "expected valid TOML, found invalid value (study.toml:4:5). Next: correct this line.",
    ),
    "syntax at the end": (
        BASE + "a = [1,\n",
        "expected valid TOML, found invalid value at the end of the file (study.toml:4). Next: correct this line.",
    ),
    "a key twice": (
        BASE + 'source = "b.csv"\n',
        "expected valid TOML, found cannot overwrite a value (study.toml:4:17). Next: correct this line.",
    ),
    "nested beyond reading": (
        f"{BASE}a = {'[' * 5000}{']' * 5000}\n",
        "expected tables and lists nested less than 20 deep, found far deeper ones (study.toml). "
        "Next: write it flatter.",
    ),
    "digits beyond reading": (
        f"seed = {'9' * 5000}\n" + BASE,
        "expected valid TOML, found a number of more digits than a program can read (study.toml). "
        "Next: shorten the number.",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_place_and_remedy(text: str, message: str, refusal: Refusal) -> None:
    assert refusal(text) == message


def test_several_faults_are_counted_with_their_lines(refusal: Refusal) -> None:
    text = f"draws = 1\n{BASE}x9 = 1\n[model]\noptimiser = 3\nsteps = 0\n\nhiddn = [1]\n[tolerances]\naccuracy = nan\n"
    assert refusal(text) == (
        "expected a number of at least 50 for draws, found the number 1 (study.toml:1:1). Next: write a number of at "
        "least 50 (then 5 more errors: lines 5, 7, 8, 10, 12)."
    )


def test_two_faults_read_in_the_singular(refusal: Refusal) -> None:
    assert refusal("a1 = 1\n" + BASE + "x9 = 1\n").endswith("(then 1 more error: line 5).")


def test_many_faults_are_not_all_listed(refusal: Refusal) -> None:
    text = BASE + "".join(f"x{number} = 1\n" for number in range(9))
    assert refusal(text).endswith("(then 8 more errors: lines 5, 6, 7, 8, 9, ...).")


def test_a_misspelt_key_is_not_also_missing(refusal: Refusal) -> None:
    assert "more error" not in refusal('nmae = "x"\n[data]\nsource = "a"\n')


def test_long_values_are_shortened(refusal: Refusal) -> None:
    assert f"found the text '{'x' * 57}...' (" in refusal(f'members = "{"x" * 999}"\n{BASE}')


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.encode())
    assert load(path).name == "loans"
    assert locate(path).where(("name",)) == f"{path}:1:1"


def test_windows_line_ends_are_tolerated(written: Written, refusal: Refusal) -> None:
    assert load(written(BASE.replace("\n", "\r\n"))).name == "loans"
    assert "study.toml:4:1" in refusal((BASE + "sorce = 1\n").replace("\n", "\r\n"))


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(BASE.encode() + 'purpose = "café"\n'.encode("latin-1"))
    with pytest.raises(StudyError) as caught:
        load(path)
    assert str(caught.value) == (
        f"expected text in UTF-8, found the byte 0xe9 ({path}:4). Next: save the file as UTF-8."
    )
    path.write_text(BASE, encoding="utf-16")
    with pytest.raises(StudyError, match="found the byte 0xff"):
        load(path)


def test_a_missing_file_names_the_first_step(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        load(tmp_path / "none.toml")
    assert str(caught.value) == (
        f"expected a study file, found no file ({tmp_path}/none.toml). Next: correct the path, or write a first study "
        "with: interplay init DATA --label COLUMN."
    )


def test_a_folder_is_not_a_study(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        load(tmp_path)
    assert str(caught.value) == (
        f"expected a study file, found a folder ({tmp_path}). Next: name the file in it, such as study.toml."
    )


@pytest.mark.parametrize("name", ["file/below.toml", "nul\0.toml", "x" * 999])
def test_an_unreadable_path_is_a_study_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StudyError, match=r"expected a readable study file.*Next: check the path and its permissions"):
        load(tmp_path / name)


def test_the_exit_code_is_that_of_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        load(tmp_path)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("loans.csv", "{folder}/loans.csv"),
        ("../data/loans.parquet", "{parent}/data/loans.parquet"),
        ("/data/loans.csv", "/data/loans.csv"),
        ("~no-such-user/loans.csv", "{folder}/~no-such-user/loans.csv"),
        ("mortgage", "mortgage"),
        ("silo-bank", "silo-bank"),
        ("https://example.org/loans.csv", "https://example.org/loans.csv"),
        ("a\\u0000b.csv", "{folder}/a\0b.csv"),
    ],
)
def test_relative_data_lie_beside_the_study(source: str, expected: str, loaded: Loaded, tmp_path: Path) -> None:
    study = loaded(f'name = "x"\n[data]\nsource = "{source}"\n')
    assert study.data.source == expected.format(folder=tmp_path, parent=tmp_path.parent)
    assert study.data.path is None


def test_the_home_folder_is_known(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert loaded('name = "x"\n[data]\nsource = "~/loans.csv"\n').data.source == "/home/someone/loans.csv"


def test_the_path_of_a_named_data_set_lies_beside_the_study(loaded: Loaded, tmp_path: Path) -> None:
    data = loaded('name = "x"\n[data]\nsource = "adult"\npath = "tables"\n').data
    assert (data.source, data.path) == ("adult", f"{tmp_path}/tables")


def test_loading_does_not_depend_on_the_current_folder(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(BASE)
    monkeypatch.chdir(tmp_path)
    assert load("study.toml").data.source == f"{tmp_path}/loans.csv"


def test_locate_gives_the_places_of_a_file(written: Written) -> None:
    path = written(BASE)
    assert locate(path).where(("data", "source")) == f"{path}:3:1"
