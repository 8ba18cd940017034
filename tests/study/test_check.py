"""Every fault that `check` finds, with its place and its remedy."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from interplay.errors import InterplayError, RefusedCombination, StudyError
from interplay.interventions import Intervention
from interplay.metrics import Metric
from interplay.study import Study
from interplay.study.check import check
from interplay.study.load import load, locate

BASE = """\
name = "loans"
[data]
source = "loans.csv"
label = "approve"
[groups]
intersections = [["race", "sex"]]
[groups.attributes.race]
[groups.attributes.sex]
"""
"""Eight lines, so that what is added starts on line 9."""

Checked = Callable[[str], str]


@pytest.fixture
def checked(
    written: Callable[[str], Path],
    metrics: Mapping[str, type[Metric]],
    interventions: Mapping[str, type[Intervention]],
) -> Checked:
    """The message about a study, without the folder; empty when there is nothing to say."""

    def message(text: str) -> str:
        path = written(text)
        try:
            check(load(path), metrics, interventions, locate(path))
        except InterplayError as error:
            return str(error).replace(f"{path.parent}/", "")
        return ""

    return message


GOOD = """\
[[interventions]]
name = "dp_sgd"
parameters = { privacy_epsilon = 8, privacy_delta = 1e-5 }
[[interventions]]
name = "reweighing"
[[limits]]
metric = "accuracy"
at_least = 0.8
at_most = 0.8
[[limits]]
metric = "accuracy_disparity/race x sex"
at_most = 0.1
[[limits]]
metric = "accuracy_disparity/race"
at_least = 0.2
[[limits]]
metric = "accuracy_disparity/sex"
at_most = 0.1
[[limits]]
metric = "acme/debt"
at_most = 1
[[limits]]
metric = "log_loss"
at_most = 80
[[limits]]
metric = "fidelity"
at_least = -3
[[limits]]
metric = "accuracy"
at_least = 0.5
at_most_below_control = 0
[[limits]]
metric = "log_loss"
at_most_above_control = 12
[tolerances]
accuracy = 0.02
accuracy_disparity = 0.03
"accuracy_disparity/sex" = 0.04
set_size = 3
log_loss = 2
"""


def test_a_sound_study_passes(checked: Checked) -> None:
    assert checked(BASE + GOOD) == ""


def limits(*pairs: tuple[str, str]) -> str:
    return BASE + "".join(f'[[limits]]\nmetric = "{metric}"\n{bounds}\n' for metric, bounds in pairs)


def interventions_(*lines: str) -> str:
    return BASE + "".join(f"[[interventions]]\n{line}\n" for line in lines)


def attributes(*lines: str) -> str:
    return BASE.replace("race]\n", "race]\n" + "\n".join(lines) + "\n", 1)


def groups(line: str) -> str:
    return BASE.replace("intersections", f"{line}\nintersections" if "intersections" not in line else f"{line} #", 1)


SIX = "fairness, privacy, robustness, explainability, uncertainty, utility"

FAULTS = {
    "the label as the person": (
        BASE.replace("label =", 'person = "approve"\nlabel ='),
        "expected the column that names the person, found 'approve', the label (study.toml:4:1). "
        "Next: name another column, or take it out.",
    ),
    "the person as a feature": (
        BASE.replace("label =", 'person = "who"\nfeatures = ["age", "who"]\nlabel ='),
        "expected columns that the model may see, found 'who', the person, whom the model does not see "
        "(study.toml:5:20). Next: take it out of one place.",
    ),
    "metric": (
        limits(("acuracy", "at_least = 0.8")),
        "expected a metric of the catalogue, found 'acuracy' (study.toml:10:1). Next: write 'accuracy'.",
    ),
    "metric with its grouping": (
        limits(("acuracy_disparity/race", "at_most = 0.1")),
        "expected a metric of the catalogue, found 'acuracy_disparity/race' (study.toml:10:1). "
        "Next: write 'accuracy_disparity/race'.",
    ),
    "metric like none": (
        limits(("zzz", "at_most = 0.1")),
        "expected a metric of the catalogue, found 'zzz' (study.toml:10:1). "
        "Next: choose one that `interplay catalogue` lists.",
    ),
    "metric of a tolerance": (
        BASE + "[tolerances]\naccuraccy = 0.1\n",
        "expected a metric of the catalogue, found 'accuraccy' (study.toml:10:1). Next: write 'accuracy'.",
    ),
    "grouping": (
        limits(("accuracy_disparity/rase", "at_most = 0.1")),
        "expected a declared attribute or intersection after the metric, found 'accuracy_disparity/rase' "
        "(study.toml:10:1). Next: write 'accuracy_disparity/race'.",
    ),
    "grouping turned round": (
        limits(("accuracy_disparity/sex x race", "at_most = 0.1")),
        "expected a declared attribute or intersection after the metric, found 'accuracy_disparity/sex x race' "
        "(study.toml:10:1). Next: write 'accuracy_disparity/race x sex'.",
    ),
    "grouping like none": (
        BASE + '[tolerances]\n"accuracy_disparity/zzz" = 0.1\n',
        "expected a declared attribute or intersection after the metric, found 'accuracy_disparity/zzz' "
        "(study.toml:10:1). Next: declared are 'race', 'sex', 'race x sex'.",
    ),
    "grouping without attributes": (
        'name = "x"\n[data]\nsource = "a.csv"\n[tolerances]\n"accuracy_disparity/race" = 0.1\n',
        "expected a declared attribute or intersection after the metric, found 'accuracy_disparity/race' "
        "(study.toml:5:1). Next: declare it under [groups.attributes].",
    ),
    "grouping of a metric without groups": (
        limits(("accuracy/race", "at_least = 0.8")),
        "expected accuracy alone, as it is not measured by group, found 'accuracy/race' (study.toml:10:1). "
        "Next: write 'accuracy'.",
    ),
    "no bound": (
        limits(("accuracy", "")),
        "expected at_least, at_most, at_most_below_control or at_most_above_control, found none of them (study.toml:9:3). "
        "Next: add one of them.",
    ),
    "percentage": (
        limits(("accuracy", "at_least = 80")),
        "expected a number between 0 and 1 for accuracy (units), found 80 (study.toml:11:1). "
        "Next: write 0.8, a share and not a percentage.",
    ),
    "below the bounds": (
        limits(("log_loss", "at_most = -1")),
        "expected a number of at least 0 for log_loss (units), found -1 (study.toml:11:1). Next: correct the number.",
    ),
    "above the bounds": (
        limits(("fidelity", "at_least = 2")),
        "expected a number of at most 1 for fidelity (units), found 2 (study.toml:11:1). Next: correct the number.",
    ),
    "no room in a limit": (
        limits(("accuracy", "at_least = 0.9\nat_most = 0.8")),
        "expected at_least below at_most, found at_least = 0.9 and at_most = 0.8 (study.toml:11:1). "
        "Next: exchange them, or take one out.",
    ),
    "the better side of the control": (
        limits(("accuracy", "at_most_above_control = 0.03")),
        "expected a limit on the worse side of the control for accuracy, found at_most_above_control, where higher is better "
        "(study.toml:11:1). Next: write at_most_below_control, or at_least or at_most for a bound of its own.",
    ),
    "a percentage below the control": (
        limits(("accuracy", "at_most_below_control = 3")),
        "expected a distance of 0 or more and below 1, as much as accuracy can differ at all, found 3 (study.toml:11:1). "
        "Next: write 0.03, a share and not a percentage.",
    ),
    "better than the control": (
        limits(("log_loss", "at_most_above_control = -0.1")),
        "expected a distance of 0 or more, found -0.1 (study.toml:11:1). "
        "Next: write how much worse than the control is admissible.",
    ),
    "a disparity against the control": (
        limits(("accuracy_disparity/race", "at_most_above_control = 0.03")),
        "expected a metric that is one value of each model, found at_most_above_control for accuracy_disparity, whose "
        "largest gap between groups is predicted from signed gaps (study.toml:11:1). "
        "Next: write at_most, the largest accuracy disparity that is admissible.",
    ),
    "no room between limits": (
        limits(("accuracy", "at_least = 0.9"), ("log_loss", "at_most = 1"), ("accuracy", "at_most = 0.8")),
        "expected limits that one value can keep, found accuracy at most 0.8, against accuracy at least 0.9 (limit 1 of "
        "the file) (study.toml:15:3). Next: change one of the two limits, or take it out.",
    ),
    "no room between limits on one grouping": (
        limits(("accuracy_disparity/race", "at_least = 0.1"), ("accuracy_disparity/race", "at_most = 0.05")),
        "expected limits that one value can keep, found accuracy_disparity/race at most 0.05, against "
        "accuracy_disparity/race at least 0.1 (limit 1 of the file) (study.toml:12:3). "
        "Next: change one of the two limits, or take it out.",
    ),
    "no room between a metric and one grouping": (
        limits(("accuracy_disparity/race", "at_least = 0.1"), ("accuracy_disparity", "at_most = 0.05")),
        "expected limits that one value can keep, found accuracy_disparity at most 0.05, against "
        "accuracy_disparity/race at least 0.1 (limit 1 of the file) (study.toml:12:3). "
        "Next: change one of the two limits, or take it out.",
    ),
    "tolerance of nothing": (
        BASE + "[tolerances]\naccuracy = 0\n",
        "expected a tolerance above 0, found 0 (study.toml:10:1). Next: write the smallest change that matters to you.",
    ),
    "tolerance of everything": (
        BASE + "[tolerances]\naccuracy = 2\n",
        "expected a small change, found 2, as much as accuracy can change at all (0 to 1) (study.toml:10:1). "
        "Next: write 0.02, a share and not a percentage.",
    ),
    "tolerance beyond everything": (
        BASE + "[tolerances]\naccuracy = 200\n",
        "expected a small change, found 200, as much as accuracy can change at all (0 to 1) (study.toml:10:1). "
        "Next: write a smaller one.",
    ),
    "intervention": (
        interventions_('name = "dp_sdg"'),
        "expected an intervention of the catalogue, found 'dp_sdg' (study.toml:10:1). "
        "Next: use 'dp_sgd', if that is meant (interplay catalogue lists them).",
    ),
    "intervention twice": (
        interventions_('name = "dp_sgd"', 'name = "dp_sgd"\nparameters.privacy_epsilon = 1'),
        "expected every intervention once, found 'dp_sgd' again (study.toml:12:1). "
        "Next: keep one of them; two settings of one intervention need two studies.",
    ),
    "parameter": (
        interventions_('name = "dp_sgd"\nparameters = { privacy_epsilom = 8 }'),
        "expected a parameter of dp_sgd, found the unknown parameter 'privacy_epsilom' (study.toml:11:16). "
        "Next: use 'privacy_epsilon', if that is meant.",
    ),
    "parameter where there is none": (
        interventions_('name = "reweighing"\nparameters.x = 8'),
        "expected a parameter of reweighing, found the unknown parameter 'x' (study.toml:11:12). Next: take it out.",
    ),
    "type of a parameter": (
        interventions_('name = "dp_sgd"\n[interventions.parameters]\nprivacy_epsilon = "8"'),
        "expected a number for interventions[0].parameters.privacy_epsilon, found the text '8' (study.toml:12:1). "
        "Next: write 8 without quotes.",
    ),
    "choice of a parameter": (
        interventions_('name = "parity_penalty"\nparameters.kind = "square"'),
        "expected 'linear' or 'squared' for interventions[0].parameters.kind, found the text 'square' "
        "(study.toml:11:12). Next: write 'squared'.",
    ),
    "list of a parameter": (
        interventions_('name = "parity_penalty"\nparameters.edges = [1, 2.5]'),
        "expected a whole number for interventions[0].parameters.edges[1], found the number 2.5 (study.toml:11:24). "
        "Next: write a whole number.",
    ),
    "parameter that the intervention refuses": (
        interventions_('name = "parity_penalty"\nparameters.strength = 101'),
        "expected a strength of at most 100, found 101 (study.toml:11:12). Next: write a smaller one.",
    ),
    "parameter with which it cannot be built": (
        interventions_('name = "parity_penalty"\n[interventions.parameters]\nkind = "linear"\nstrength = -1'),
        "expected parameters that parity_penalty accepts, found strength must not be negative (study.toml:11:16). "
        "Next: correct the parameters.",
    ),
    "refused": (
        interventions_('name = "dp_sgd"', 'name = "parity_penalty"'),
        "expected interventions that can act on one model, found 'dp_sgd' with 'parity_penalty': a penalty couples the "
        "rows of a batch (study.toml:12:1). Next: use reweighing instead.",
    ),
    "refused without an alternative": (
        interventions_('name = "parity_penalty"', 'name = "reweighing"'),
        "expected interventions that can act on one model, found 'parity_penalty' with 'reweighing': they both change "
        "the loss (study.toml:12:1). Next: take out 'parity_penalty' or 'reweighing'.",
    ),
    "ranking": (
        BASE + '[priorities]\nranking = ["utility", "utility", "fairness", "privacy", "reproducibility"]\n',
        f"expected each of {SIX} once, found no 'robustness'; no 'explainability'; no 'uncertainty'; 'utility' 2 times; "
        "'reproducibility', which is measured and not ranked (study.toml:10:1). "
        "Next: list the six, the most important first.",
    ),
    "weight above one": (
        BASE + "[priorities]\nweights = { fairness = 1.0, privacy = 1.5 }\n",
        "expected a weight between 0 and 1 for privacy, found 1.5 (study.toml:10:29). "
        "Next: write 1 for full severity, 0 for none, or a number between.",
    ),
    "weight below nothing": (
        BASE + "[priorities.weights]\nutility = -0.1\n",
        "expected a weight between 0 and 1 for utility, found -0.1 (study.toml:10:1). "
        "Next: write 1 for full severity, 0 for none, or a number between.",
    ),
    "weight of what is not ranked": (
        BASE + "[priorities.weights]\nreproducibility = 0.5\n",
        "expected the weight of a ranked aspect, found 'reproducibility', which is not ranked "
        f"(study.toml:10:1). Next: take it out, or use one of {SIX}.",
    ),
    "convolutional without an image": (
        BASE + '[model]\narchitecture = "convolutional"\n',
        "expected the image that a convolutional model sees, found no model.image (study.toml:10:1). "
        "Next: write image = [height, width], such as [8, 8].",
    ),
    "image of one side": (
        BASE + '[model]\narchitecture = "convolutional"\nimage = [8]\n',
        "expected height and width, and perhaps channels, found 1 number (study.toml:11:1). "
        "Next: write image = [height, width], such as [8, 8], or [height, width, channels].",
    ),
    "image without a convolutional model": (
        BASE + "[model]\nimage = [8, 8]\n",
        "expected a convolutional model for image, found architecture = 'dense' (study.toml:10:1). "
        'Next: write architecture = "convolutional", or take out image.',
    ),
    "no filters": (
        BASE + '[model]\narchitecture = "convolutional"\nimage = [8, 8]\nfilters = []\n',
        "expected the filters of at least one convolution, found an empty list (study.toml:12:1). "
        "Next: write [16], or take it out.",
    ),
    "no rate": (
        BASE + "[model]\nlearning_rates = []\n",
        "expected at least one rate to choose from, found an empty list (study.toml:10:1). "
        "Next: list some, such as [0.01, 0.03, 0.1, 0.3, 1.0].",
    ),
    "rate of nothing": (
        BASE + "[model]\nlearning_rates = [0.1, 0.0]\n",
        "expected a rate above 0, found 0 (study.toml:10:24). Next: change it, or take it out.",
    ),
    "intersection": (
        groups('intersections = [["race", "sexe"]]'),
        "expected a declared attribute, found 'sexe' (study.toml:6:27). Next: use 'sex', if that is meant.",
    ),
    "intersection without attributes": (
        'name = "x"\ngroups.intersections = [["race", "sex"]]\n[data]\nsource = "a.csv"\n',
        "expected a declared attribute, found 'race' (study.toml:2:26). "
        "Next: declare it under [groups.attributes] (then 1 more error: line 2).",
    ),
    "intersection of one": (
        groups('intersections = [["race"]]'),
        "expected two or more different attributes, found ['race'] (study.toml:6:18). "
        'Next: name two or more, such as ["race", "sex"].',
    ),
    "intersection with itself": (
        groups('intersections = [["race", "race"]]'),
        "expected two or more different attributes, found ['race', 'race'] (study.toml:6:18). "
        'Next: name two or more, such as ["race", "sex"].',
    ),
    "intersection twice": (
        groups('intersections = [["race", "sex"], ["sex", "race"]]'),
        "expected every intersection once, found 'sex x race' again (study.toml:6:35). Next: take one of them out.",
    ),
    "intersection called like an attribute": (
        BASE + '[groups.attributes."race x sex"]\n',
        "expected an intersection with a name of its own, found 'race x sex', also an attribute (study.toml:6:18). "
        "Next: rename the attribute.",
    ),
    "mitigate": (
        groups('mitigate = "rce"'),
        "expected a declared attribute or intersection, found 'rce' (study.toml:6:1). "
        "Next: use 'race', if that is meant.",
    ),
    "mitigate without attributes": (
        'name = "x"\ngroups.mitigate = "race"\n[data]\nsource = "a.csv"\n',
        "expected a declared attribute or intersection, found 'race' (study.toml:2:8). "
        "Next: declare it under [groups.attributes].",
    ),
    "merged twice": (
        attributes('[groups.attributes.race.merge]\nother = ["a", "b"]', 'rest = ["c", "b"]'),
        "expected every value in one group, found 'b' in 'other' and in 'rest' (study.toml:10:14). "
        "Next: take it out of one of them.",
    ),
    "reference that is merged away": (
        attributes('merge = { other = ["a", "b"] }', 'reference = "a"'),
        "expected a group that is left after merging, found 'a', which is merged into 'other' (study.toml:9:1). "
        "Next: write 'other'.",
    ),
    "bins": (
        attributes("bins = [25, 60, 60]"),
        "expected edges in ascending order, each once, found 25, 60, 60 (study.toml:8:1). Next: sort the edges.",
    ),
    "label that is dropped": (
        BASE.replace('"approve"\n', '"approve"\ndrop.approve = "why"\n'),
        "expected columns to leave out, found 'approve', the label (study.toml:5:6). Next: take it out of [data.drop].",
    ),
    "label that is a feature": (
        BASE.replace('"approve"\n', '"approve"\nfeatures = ["age", "approve"]\n'),
        "expected columns that the model may see, found 'approve', the label (study.toml:5:20). "
        "Next: take it out of one place.",
    ),
    "feature that is dropped": (
        BASE.replace('"approve"\n', '"approve"\nfeatures = ["age"]\ndrop.age = "why"\n'),
        "expected columns that the model may see, found 'age', also in [data.drop] (study.toml:5:13). "
        "Next: take it out of one place.",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_place_and_remedy(text: str, message: str, checked: Checked) -> None:
    assert checked(text) == message


def test_a_group_that_keeps_its_name_may_be_the_reference(checked: Checked) -> None:
    assert checked(attributes('merge = { a = ["a", "b"] }', 'reference = "a"')) == ""


def test_a_refused_combination_is_an_error_of_its_own(
    metrics: Mapping[str, type[Metric]], interventions: Mapping[str, type[Intervention]]
) -> None:
    sections = [{"name": "parity_penalty"}, {"name": "dp_sgd"}]
    study = Study(name="x", data={"source": "a.csv"}, interventions=sections)
    with pytest.raises(RefusedCombination) as caught:
        check(study, metrics, interventions, "the study")
    assert caught.value.remedy == "use reweighing instead"
    assert caught.value.where == "the study, interventions[1].name"


def test_faults_are_counted_in_the_order_of_the_file(checked: Checked) -> None:
    text = limits(("acuracy", "at_least = 0.8"), ("accuracy", "at_most = 3"))
    text = text.replace('"approve"', '"approve"\ndrop.approve = "why"') + '[[interventions]]\nname = "dp"\n'
    assert checked(text).endswith("Next: take it out of [data.drop] (then 3 more errors: lines 11, 15, 17).")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"model": {"learning_rates": ()}}, "the study, model.learning_rates"),
        ({"limits": [{"metric": "x", "at_most": 1}]}, "the study, limits[0].metric"),
        ({"tolerances": {"x": 1.0}}, "the study, tolerances.x"),
        ({"limits": [{"metric": "accuracy", "at_most": float("nan")}]}, "the study, limits[0].at_most"),
        ({"tolerances": {"accuracy": float("inf")}}, "the study, tolerances.accuracy"),
        ({"model": {"learning_rates": (0.1, float("inf"))}}, "the study, model.learning_rates[1]"),
        (
            {"interventions": [{"name": "dp_sgd", "parameters": {"privacy_epsilon": {1}}}]},
            "the study, interventions[0].parameters.privacy_epsilon",
        ),
    ],
)
def test_a_study_without_a_file_names_the_key(
    changes: dict[str, Any],
    where: str,
    metrics: Mapping[str, type[Metric]],
    interventions: Mapping[str, type[Intervention]],
) -> None:
    study = Study(**{"name": "x", "data": {"source": "a.csv"}, **changes})
    with pytest.raises(StudyError) as caught:
        check(study, metrics, interventions, "the study")
    assert caught.value.where == where


def test_a_named_data_set_brings_its_attributes(
    monkeypatch: pytest.MonkeyPatch,
    metrics: Mapping[str, type[Metric]],
    interventions: Mapping[str, type[Intervention]],
) -> None:
    class Named:
        groups = dict.fromkeys(["race", "sex"])

    monkeypatch.setattr("interplay.data.load.named", lambda: {"town": Named})
    study = Study(
        name="x",
        data={"source": "town"},
        groups={"intersections": [("race", "sex")], "mitigate": "sex"},
        tolerances={"accuracy_disparity/race x sex": 0.1},
    )
    check(study, metrics, interventions, "the study")
    with pytest.raises(StudyError, match="'race'"):
        check(
            study.model_copy(update={"data": study.data.model_copy(update={"source": "city"})}),
            metrics,
            {},
            "the study",
        )
