"""The catalogue knows every intervention, metric and interaction, and describes them as plain data."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import interplay.interactions
from interplay import catalogue, discovery
from interplay.aspects import DIRECTED_PAIRS, TRUST_ASPECTS
from interplay.errors import DiscoveryError
from interplay.interactions import Interaction
from interplay.interventions import GradientIntervention, Intervention, ReleaseIntervention
from interplay.metrics import Metric

INTERVENTIONS = {
    "adversarial_training",
    "dp_sgd",
    "group_conformal",
    "group_thresholds",
    "parity_penalty",
    "release_explanations",
    "reweighing",
    "split_conformal",
}


@pytest.fixture
def fresh() -> Iterator[None]:
    """A catalogue that looks again, before and after."""
    for listing in (catalogue.interventions, catalogue.metrics, catalogue.interactions):
        listing.cache_clear()
    yield
    for listing in (catalogue.interventions, catalogue.metrics, catalogue.interactions):
        listing.cache_clear()


def test_discovery_found_at_least_what_is_known_to_exist() -> None:
    assert set(catalogue.interventions()) >= INTERVENTIONS
    assert len(catalogue.metrics()) >= 30
    assert len(catalogue.interactions()) >= len(DIRECTED_PAIRS) == 20


def test_everything_has_the_name_it_is_listed_under() -> None:
    listed: dict[str, type[Intervention] | type[Metric]] = {**catalogue.interventions(), **catalogue.metrics()}
    assert {name: kind().name for name, kind in listed.items()} == {name: name for name in listed}


def test_every_trust_aspect_has_an_intervention_and_a_metric() -> None:
    pursued = {aspect for kind in catalogue.interventions().values() for aspect in kind.aspects}
    measured = {kind.aspect for kind in catalogue.metrics().values()}
    assert set(TRUST_ASPECTS) <= pursued and set(TRUST_ASPECTS) <= measured


def test_every_ranked_aspect_has_a_headline_metric() -> None:
    headlines = [kind.aspect for kind in catalogue.metrics().values() if kind.headline]
    assert set(TRUST_ASPECTS) <= set(headlines)


def test_description_is_json_and_complete() -> None:
    described = json.loads(json.dumps(catalogue.describe(), allow_nan=False))
    assert set(described) == {"interventions", "metrics", "interactions", "aliases"}
    for part in ("interventions", "metrics", "interactions"):
        assert [one["name"] for one in described[part]] == list(getattr(catalogue, part)())
    metric = next(one for one in described["metrics"] if one["name"] == "accuracy_disparity")
    assert metric["summary"] == "The largest difference in accuracy between any two groups."
    assert metric["bounds"] == [0.0, 1.0]
    assert metric["aspect"] == "fairness"
    assert metric["direction"] == "lower_is_better"
    assert metric["needs"] == ["Predictions"]
    assert metric["parameters"] == [{"name": "grouping", "default": "group"}]
    intervention = next(one for one in described["interventions"] if one["name"] == "dp_sgd")
    assert intervention["phase"] == "GradientIntervention"
    assert intervention["aspects"] == ["privacy"]
    assert {"name": "privacy_epsilon", "default": 8.0} in intervention["parameters"]
    assert intervention["serves"][0]["metric"] == "membership_risk"


def test_an_unbounded_metric_is_described_without_infinity() -> None:
    size = next(one for one in catalogue.describe()["metrics"] if one["name"] == "set_size_disparity")
    assert size["bounds"] == [0.0, None]


def test_description_of_an_interaction_says_what_is_missing() -> None:
    pairs = {one["name"]: one for one in catalogue.describe()["interactions"]}
    missing = [one["missing"] for one in pairs["privacy_to_explainability"]["unmeasured"]]
    assert any("would protect no row of anybody" in reason for reason in missing)
    assert not pairs["privacy_to_fairness"]["unmeasured"]
    assert all(one["probes"] for one in pairs.values())
    harm = pairs["privacy_to_fairness"]
    assert (harm["source"], harm["target"], harm["section"]) == ("privacy", "fairness", "3.1")
    assert harm["probes"][0]["interventions"][0] == "dp_sgd"
    assert harm["probes"][0]["primary"] is True


def test_phases() -> None:
    phases = {name: catalogue.phase(kind) for name, kind in catalogue.interventions().items()}
    assert phases["dp_sgd"] is GradientIntervention
    assert phases["split_conformal"] is ReleaseIntervention


def test_a_renamed_thing_keeps_its_old_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "ALIASES", {"dpsgd": "dp_sgd"})
    assert catalogue.current("dpsgd") == "dp_sgd"
    assert catalogue.current("reweighing") == "reweighing"


def test_aliases_lead_to_things_that_exist_and_hide_nothing() -> None:
    listed = {*catalogue.interventions(), *catalogue.metrics(), *catalogue.interactions()}
    assert set(catalogue.ALIASES.values()) <= listed
    assert not set(catalogue.ALIASES) & listed


PLUGIN = '''
"""A pair of foreign parts."""

from dataclasses import dataclass

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.interactions import Interaction, Unmeasured
from interplay.metrics import Metric

@dataclass(frozen=True)
class Patience(Metric):
    """How long people wait."""

    aspect = Aspect.UTILITY
    title = "patience"
    direction = "higher_is_better"
    unit = "seconds"
    bounds = (0.0, float("inf"))
    tolerance = 1.0
    needs = ()
    reference = "Nobody, 2020"

    def measure(self, evidence):
        return NotMeasurable("nobody waits")

NOT_A_PAIR = Interaction(Aspect.UTILITY, Aspect.FAIRNESS, "", "", ())
INTERACTION = Interaction(
    Aspect.PRIVACY, Aspect.FAIRNESS, "3.1", "More.", (Unmeasured("more", "More.", "more", ("Nobody, 2020",), expects="harm"),)
)
'''


def _install(folder: Path, points: str) -> None:
    """What an installer leaves of a package with entry points."""
    package = folder / "acme_trust"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "patience.py").write_text(PLUGIN)
    info = folder / "acme_trust-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-trust\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(points)
    importlib.invalidate_caches()


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None) -> Iterator[Path]:
    """A folder of installed packages."""
    del fresh
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme_trust"]:
        del sys.modules[name]


def _own_interactions() -> dict[str, Interaction]:
    return discovery.constants(interplay.interactions, "INTERACTION", Interaction)


def test_other_packages_add_by_entry_points(plugins: Path) -> None:
    points = "[interplay.metrics]\npatience = acme_trust.patience:Patience\n"
    points += "[interplay.interactions]\nextra = acme_trust.patience:INTERACTION\n"
    _install(plugins, points)
    kind = catalogue.metrics()["acme_trust/patience"]
    assert kind().name == "acme_trust/patience"
    assert list(catalogue.interactions()) == list(_own_interactions())
    assert catalogue.interactions()["privacy_to_fairness"].unmeasured[-1].name == "acme_trust/more"
    assert "acme_trust/patience" in [one["name"] for one in catalogue.describe()["metrics"]]


@pytest.mark.parametrize(
    ("points", "complaint"),
    [
        ("[interplay.metrics]\nwaiting = acme_trust.patience:Patience\n", "name the entry point after the file"),
        ("[interplay.interventions]\npatience = acme_trust.patience:Patience\n", "a final subclass of Intervention"),
        ("[interplay.metrics]\npatience = acme_trust.patience:Metric\n", "a final subclass of Metric"),
        ("[interplay.interactions]\nextra = acme_trust.patience:NOT_A_PAIR\n", "one of the directed pairs"),
    ],
    ids=["other name", "wrong room", "abstract", "no pair of the paper"],
)
def test_a_contribution_that_does_not_fit_is_refused(plugins: Path, points: str, complaint: str) -> None:
    _install(plugins, points)
    with pytest.raises(DiscoveryError, match=complaint):
        catalogue.describe()


def test_nothing_is_discovered_until_the_catalogue_is_asked() -> None:
    code = (
        "import sys, interplay.catalogue; "
        "print([name for name in sys.modules if name.startswith('interplay.interactions.privacy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
