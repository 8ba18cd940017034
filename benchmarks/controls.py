"""`python -m benchmarks.controls`: every probe of the catalogue that has a planted world and its twin; writes docs/controls.md.

A world is a generated table and a recipe, taken through the house as a study: tuned, trained, measured, compared. In the planted
one the effect is known to exist, in its twin it is known not to.
"""

from benchmarks import quiet

quiet.prepare()

import argparse  # noqa: E402 - thread limits are set before anything numerical is imported
import datetime  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator, Mapping, Sequence  # noqa: E402
from dataclasses import dataclass, field, replace  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any, Literal  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks import machine  # noqa: E402
from benchmarks.marked import DOCS, renew  # noqa: E402
from benchmarks.planted_tables import (  # noqa: E402
    Frame,
    bank,
    between_two,
    column_of_all,
    column_of_its_own,
    columns_alike,
    driven_apart,
    driven_by_stand_ins,
    errors_anywhere,
    far_apart,
    few_by_lot,
    few_in_one_column,
    half_by_lot,
    half_in_one_column,
    halves,
    hanging_together,
    independent,
    learned_by_heart,
    many_classes,
    many_weak,
    noisy_group,
    one_level,
    one_sided,
    one_strong,
    one_useful,
    own_column,
    plenty,
    ring,
    steep,
    three_strong,
    two_levels,
    two_strengths,
    unequally_close,
    unequally_mixed,
    weak_and_strong,
    with_twins,
    without_twins,
)
from interplay.auditing.folder import write  # noqa: E402
from interplay.auditing.prepare import prepare  # noqa: E402
from interplay.catalogue import interactions  # noqa: E402
from interplay.design.settings import Settings, settle  # noqa: E402
from interplay.effects.compare import compare  # noqa: E402
from interplay.interactions import Probe  # noqa: E402
from interplay.measurement.measure import measure  # noqa: E402
from interplay.measurement.ranking import exposures  # noqa: E402
from interplay.study import Study  # noqa: E402
from interplay.training.train import anew, train, tune  # noqa: E402

PATH = Path(__file__).with_name("controls.json")
PAGE = DOCS / "controls.md"
SEEDS = (0, 1, 2)
RATE = 0.3
Change = dict[str, Any]


@dataclass(frozen=True)
class PlantedWorld:
    """A table with the label "y" ("yes" is hoped for) and the group "g", and what a study of it says."""

    words: str
    frame: Frame
    interventions: dict[str, Change] = field(default_factory=dict)
    model: Change = field(default_factory=dict)
    data: Change = field(default_factory=dict)
    alike: bool = False
    """Everybody is decided alike, for which an audit withholds its verdicts; here they are asked for."""
    alone: tuple[str, ...] = ()
    """Interventions that others are held against, each trained by itself."""

    def study(self, seed: int) -> Study:
        """The study of the world."""
        model = {"hidden": [16], "steps": 200, "batch_size": "full", "learning_rates": [RATE], "learning_rate": RATE}
        listed = [
            {"name": name, "parameters": given, "alone": name in self.alone}
            for name, given in self.interventions.items()
        ]
        given = {
            "name": "a planted world",
            "seed": seed,
            "members": 16,
            "draws": 60,
            "data": {"source": "frame", "label": "y", "favourable": "yes", **self.data},
            "groups": {"attributes": {"g": {"reference": "a"}}, "minimum_rows": 30},
            "model": {**model, **self.model},
            "interventions": listed,
        }
        return Study.model_validate(given)


@dataclass(frozen=True)
class ControlCase:
    """A probe, by its alias or its pair and name, a world in which it has to be seen and one in which it must not; `tuning` is
    "as_applied" where the learning rate of the control is kept, and `shows` an improvement where the probe is of a mitigation.
    """

    probe: str
    planted: PlantedWorld
    twin: PlantedWorld
    tuning: str = "tuned"
    shows: Literal["harm", "improvement"] = "harm"


EXPLAINED = {"release_explanations": {"explained_rows": 150, "samples": 3_000}}
SETS = {"split_conformal": {"miscoverage": 0.1}}
WIDE = {"split_conformal": {"miscoverage": 0.05}}
NOISY = {**SETS, "private_conformal": {"miscoverage": 0.1, "epsilon": 2.0}}
EQUAL = {"criterion": "equal_opportunity"}
QUIET = {**SETS, "private_conformal": {"miscoverage": 0.1, "epsilon": 20.0, "bins": 200}}
BY_HEART = PlantedWorld(
    "a fifth of the labels turned, learned by heart",
    learned_by_heart,
    {**EXPLAINED, **SETS},
    {"hidden": [64], "steps": 400},
)
FAR = PlantedWorld(
    "two classes far apart, a small network", far_apart, {**EXPLAINED, **SETS}, {"hidden": [4], "steps": 100}
)
ATTACKED: dict[str, Change] = {"adversarial_training": {"radius": 0.3}}
PRIVATE = {"privacy_epsilon": 1.0, "max_grad_norm": 0.1}
OF_THE_BANK = {"hidden": [64], "steps": 100, "learning_rates": [0.1, 0.3, 1.0], "learning_rate": None}
BANKS = (("the generated bank", False), ("the placebo bank", True))
BANK, PLACEBO = (
    PlantedWorld(
        words, bank(placebo), {"dp_sgd": PRIVATE, "clipping_only": PRIVATE, "noise_only": PRIVATE}, OF_THE_BANK
    )
    for words, placebo in BANKS
)
BY_GROUP, BY_GROUP_PLACEBO = (
    PlantedWorld(words, bank(placebo), {"group_clipping": PRIVATE, "dp_sgd": PRIVATE}, OF_THE_BANK, alone=("dp_sgd",))
    for words, placebo in BANKS
)
LINEAR = {"hidden": []}
STEEP, STILL = (
    PlantedWorld(
        words,
        steep,
        {**WIDE, "robust_conformal": WIDE["split_conformal"], "adversarial_training": {"radius": radius}},
        LINEAR,
    )
    for words, radius in (("five steep columns, attacked within .15", 0.15), ("the same within a radius of zero", 0.0))
)
CONVERGENCE: dict[str, Change] = {
    "dp_sgd": {"privacy_epsilon": 50.0, "max_grad_norm": 1.0},
    "longer_dp_sgd": {},
    "shorter_training": {},
}
STOPPED, CONVERGED = (
    PlantedWorld(
        words, one_useful, CONVERGENCE, {**LINEAR, "steps": steps, "learning_rates": [0.1], "learning_rate": 0.1}
    )
    for words, steps in (("one useful column among 21, 16 steps", 16), ("one useful column among 21, 400 steps", 400))
)
BEFOREHAND: dict[str, Change] = {"adversarial_training": {"radius": 0.2}, "pretrained": {}}
REMOVED: dict[str, Change] = {"removed_exposed": {}, "removed_random": {}}
AGAIN: dict[str, Change] = {"oversampling": {}, "another_start": {}}
FEW, HALF = (
    PlantedWorld(words, frame, AGAIN, {**LINEAR, "steps": 400}, alike=True)
    for words, frame in (
        ("a small group whose labels are drawn by lot", few_by_lot),
        ("groups of equal size", half_by_lot),
    )
)
ROOMY = {"privacy_epsilon": 8.0, "max_grad_norm": 1.0}
FEW_PRIVATE, ALIKE_PRIVATE = (
    PlantedWorld(
        words,
        frame,
        {"group_clipping": ROOMY, "dp_sgd": ROOMY},
        {**LINEAR, "steps": 400},
        alike=True,
        alone=("dp_sgd",),
    )
    for words, frame in ((FEW.words, few_by_lot), ("groups alike", one_level))
)
POISON: dict[str, Change] = {"oversampling": {}, "label_flipping": {"share": 0.05}}
POISONED, POISONED_HALF = (
    PlantedWorld(words, frame, POISON, LINEAR)
    for words, frame in (
        ("a small group that is seen in one column, all its labels flipped", few_in_one_column),
        ("groups of equal size", half_in_one_column),
    )
)
ROBUST, LESS, HARDLY = (
    {"adversarial_training": {"radius": radius}, "another_start": {}} for radius in (0.5, 0.3, 0.001)
)
CLOSE, MIXED = (
    PlantedWorld(words, frame, LESS, {"hidden": [32]})
    for words, frame in (
        ("classes at unequal distances", unequally_close),
        ("classes as hard, by labels drawn by lot", unequally_mixed),
    )
)
CASES = (
    ControlCase(
        "UQ->P.set-mia",
        PlantedWorld("ten classes that overlap, learned by heart", many_classes, SETS, {"hidden": [64], "steps": 400}),
        FAR,
    ),
    ControlCase("E->P.expl-mia", BY_HEART, FAR),
    ControlCase("E->P.lime-mia", BY_HEART, FAR),
    ControlCase(
        "robustness_to_privacy/attack through adversarial rows",
        PlantedWorld(BY_HEART.words, learned_by_heart, ATTACKED, {"hidden": [64], "steps": 400}),
        PlantedWorld(FAR.words, far_apart, ATTACKED, {"hidden": [4], "steps": 100}),
    ),
    ControlCase(
        "UQ->E.explain-uncertainty",
        PlantedWorld("rows around two centres", between_two, {**EXPLAINED, **SETS}, LINEAR),
        PlantedWorld("chances between one half and one", one_sided, {**EXPLAINED, **SETS}, LINEAR, alike=True),
    ),
    ControlCase(
        "UQ->E.set-vs-top1",
        PlantedWorld("rows around two centres", between_two, {**EXPLAINED, **SETS}, LINEAR),
        PlantedWorld("chances between one half and one", one_sided, {**EXPLAINED, **WIDE}, LINEAR, alike=True),
    ),
    ControlCase(
        "E->R.fragile",
        PlantedWorld("ten columns alike", columns_alike, EXPLAINED, LINEAR),
        PlantedWorld(
            "three strong columns that nobody can move",
            three_strong,
            EXPLAINED,
            LINEAR,
            {"immutable": ["x0", "x1", "x2"]},
        ),
    ),
    ControlCase(
        "E->R.fool",
        PlantedWorld("columns that hang together", hanging_together, EXPLAINED),
        PlantedWorld("independent columns", independent, EXPLAINED),
    ),
    ControlCase(
        "E->UQ.no-interval",
        PlantedWorld("few rows, twenty weak columns", many_weak, EXPLAINED),
        PlantedWorld("one strong column", one_strong, EXPLAINED, LINEAR),
    ),
    ControlCase(
        "E->UQ.false-confidence",
        PlantedWorld("a boundary that goes round", ring, EXPLAINED),
        PlantedWorld("errors anywhere", errors_anywhere, EXPLAINED, LINEAR),
    ),
    ControlCase(
        "UQ->R.inflate",
        PlantedWorld("ten columns alike", columns_alike, SETS, LINEAR),
        PlantedWorld("two classes far apart", far_apart, {"split_conformal": {"miscoverage": 0.02}}, LINEAR),
    ),
    ControlCase("UQ->R.coverage", STEEP, STILL),
    ControlCase("uncertainty_to_robustness/coverage calibrated under attack", STEEP, STILL, shows="improvement"),
    ControlCase("robustness_to_uncertainty/sets calibrated under attack", STEEP, STILL),
    ControlCase("P->F.acc-disparity", BANK, PLACEBO),
    ControlCase("P->F.clipping", BANK, PLACEBO, "as_applied"),
    ControlCase("privacy_to_fairness/noise as the cause", BANK, PLACEBO, "as_applied"),
    ControlCase("privacy_to_fairness/norms by group", BY_GROUP, BY_GROUP_PLACEBO, shows="improvement"),
    ControlCase("P->R.convergence", STOPPED, CONVERGED),
    ControlCase("privacy_to_robustness/longer training within the budget", STOPPED, CONVERGED, shows="improvement"),
    ControlCase(
        "F->E.post-disconnect",
        PlantedWorld("groups at very unlike levels", two_levels, {"group_thresholds": {}, **EXPLAINED}, LINEAR),
        PlantedWorld("groups alike", one_level, {"group_thresholds": {}, **EXPLAINED}, LINEAR),
    ),
    ControlCase(
        "F->P.collect",
        PlantedWorld("labels follow the columns in one group only", two_strengths, {"group_thresholds": EQUAL}, LINEAR),
        PlantedWorld("groups alike", one_level, {"group_thresholds": EQUAL}, LINEAR),
    ),
    ControlCase(
        "UQ->F.human",
        PlantedWorld("a group with noisy labels", noisy_group, SETS),
        PlantedWorld("groups alike", one_level, SETS, LINEAR),
    ),
    ControlCase(
        "P->UQ.private-sets",
        PlantedWorld("few calibration rows, epsilon 2", columns_alike, NOISY, LINEAR),
        PlantedWorld("more calibration rows, epsilon 20", one_level, QUIET, LINEAR),
    ),
    ControlCase(
        "P->UQ.dcal-exposed",
        PlantedWorld("ten columns alike", columns_alike, SETS, LINEAR),
        PlantedWorld(
            "many rows, epsilon .08", plenty, {"private_conformal": {"miscoverage": 0.1, "epsilon": 0.08}}, LINEAR
        ),
    ),
    ControlCase("F->P.fd-mia", FEW, HALF),
    ControlCase("F->P.group-mem", FEW, HALF),
    ControlCase("fairness_to_privacy/membership under norms by group", FEW_PRIVATE, ALIKE_PRIVATE),
    ControlCase(
        "F->E.oversample",
        PlantedWorld("a small group with columns of its own", own_column, {"oversampling": {}, **EXPLAINED}),
        PlantedWorld("groups of equal size", halves, {"oversampling": {}, **EXPLAINED}),
    ),
    ControlCase(
        "F->E.pre-shift",
        PlantedWorld(
            "an outcome driven by what tells the group",
            driven_by_stand_ins,
            {"parity_penalty": {"strength": 5.0}, **EXPLAINED},
            LINEAR,
        ),
        PlantedWorld(
            "an outcome driven by what does not",
            driven_apart,
            {"parity_penalty": {"strength": 5.0}, **EXPLAINED},
            LINEAR,
        ),
    ),
    ControlCase("F->R.poison", POISONED, POISONED_HALF),
    ControlCase("fairness_to_robustness/poisoned rows, classes alike", POISONED, POISONED_HALF),
    ControlCase("fairness_to_robustness/poisoned rows in a group", POISONED, POISONED_HALF),
    ControlCase(
        "R->E.representation",
        PlantedWorld("two strong columns, twenty weak ones", weak_and_strong, ROBUST),
        PlantedWorld("the same, a radius of .001", weak_and_strong, HARDLY),
    ),
    ControlCase("R->F.cause-difficulty", CLOSE, MIXED),
    ControlCase(
        "R->F.cause-pretrain",
        PlantedWorld("a small group with a column of its own", column_of_its_own, BEFOREHAND, {"hidden": [4]}),
        PlantedWorld("groups that follow one column", column_of_all, BEFOREHAND, {"hidden": [4]}),
    ),
    ControlCase("R->F.cause-feature", CLOSE, MIXED),
    ControlCase(
        "P->F.onion",
        PlantedWorld("outliers that each have a twin", with_twins, REMOVED, {"hidden": [64], "steps": 400}),
        PlantedWorld("outliers by themselves", without_twins, REMOVED, {"hidden": [64], "steps": 400}),
    ),
)


def probe_of(name: str) -> tuple[str, Probe]:
    """The full name of a probe, and the probe."""
    for pair, interaction in interactions().items():
        for probe in interaction.measured:
            if name in (probe.alias, f"{pair}/{probe.name}"):
                return f"{pair}/{probe.name}", probe
    raise KeyError(name)


@dataclass(frozen=True)
class Seen:
    """What one seed saw of a probe: how much worse (of several contrasts the one that shows most), and the verdict."""

    estimate: float
    tolerance: float
    verdict: str


def seen(world: PlantedWorld, cases: Mapping[str, ControlCase], seed: int) -> dict[str, Seen]:
    """Every probe asked about, in the world drawn with this seed."""
    ready = prepare(world.study(seed), world.frame(np.random.default_rng(seed)))
    design = ready.design
    wanted = {probe_of(name)[0]: name for name in cases}
    compared = tuple(one for one in design.comparisons if one.probe in wanted or one.control_of)
    keys = {key for one in compared for key in (one.metric, one.baseline_metric)}
    ready = replace(
        ready,
        design=replace(
            design,
            comparisons=compared,
            metrics={key: metric for key, metric in design.metrics.items() if key in keys},
        ),
    )
    if design.factors.removal is not None:
        exposure = exposures(ready.training_setting(), ready.setting(), ready.tuning_rows(), anew)
        ready = replace(ready, design=settle(ready.design, Settings(exposure=exposure.tolist())))
    tuning = tune(ready.training_setting(), ready.tuning_rows(), lambda *_: None)
    fleet = train(ready.training_setting(), tuning, lambda *_: None)
    measurements = measure(ready.setting(), fleet)
    effects = compare(replace(measurements, collapse={}) if world.alike else measurements, compared, {}).effects
    found: dict[str, Seen] = {}
    for effect in effects:
        name = wanted.get(effect.probe, "")
        if name and effect.tuning == cases[name].tuning and effect.estimate is not None:
            sign = -1 if cases[name].shows == "improvement" else 1
            if name not in found or sign * effect.estimate > sign * found[name].estimate:
                found[name] = Seen(effect.estimate, effect.tolerance, str(effect.verdict))
    return found


def measured(cases: Sequence[ControlCase], seeds: Sequence[int], told: Callable[[str], None]) -> list[dict[str, Any]]:
    """Every case over the seeds; worlds that several cases share are trained once."""
    worlds: dict[int, tuple[PlantedWorld, dict[str, ControlCase]]] = {}
    for case in cases:
        for world in (case.planted, case.twin):
            worlds.setdefault(id(world), (world, {}))[1][case.probe] = case
    found: dict[tuple[int, str], list[Seen]] = {}
    seconds: dict[int, float] = {}
    for key, (world, asked) in worlds.items():
        began = time.monotonic()
        for seed in seeds:
            for name, one in seen(world, asked, seed).items():
                found.setdefault((key, name), []).append(one)
        seconds[key] = (time.monotonic() - began) / len(seeds)
        told(f"{world.words}: {seconds[key]:.0f} s a seed")
    return [_row(case, found, seconds) for case in cases]


def _row(case: ControlCase, found: dict[tuple[int, str], list[Seen]], seconds: dict[int, float]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "probe": case.probe,
        "name": probe_of(case.probe)[0],
        "tuning": case.tuning,
        "shows": case.shows,
    }
    shown = ("improvement",) if case.shows == "improvement" else ("harm", "harm_undetermined")
    for side, world in (("planted", case.planted), ("twin", case.twin)):
        some = found.get((id(world), case.probe), [])
        values = [one.estimate for one in some]
        row["tolerance"] = some[0].tolerance if some else row.get("tolerance")
        row[side] = {
            "world": world.words,
            "mean": float(np.mean(values)) if values else None,
            "sd": float(np.std(values, ddof=1)) if len(values) > 1 else None,
            "flagged": sum(one.verdict in shown for one in some),
            "seeds": len(some),
            "seconds": round(seconds[id(world)]),
        }
    return row


def table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """One line for each probe, as Markdown."""
    yield "| probe | tolerance | planted world | harm | flagged | twin | harm | flagged | s a seed |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        sides = [row["planted"], row["twin"]]
        applied = ", as applied" if row["tuning"] == "as_applied" else ""
        better = ", an improvement" if row["shows"] == "improvement" else ""
        cells = [f"{row['probe']}{applied}{better}", f"{row['tolerance']:g}"]
        for side in sides:
            cells += [side["world"], _spread(side), f"{side['flagged']} of {side['seeds']}"]
        yield f"| {' | '.join(cells)} | {' + '.join(str(side['seconds']) for side in sides)} |"


def _spread(side: dict[str, Any]) -> str:
    if side["mean"] is None:
        return "not measurable"
    return f"{side['mean']:+.3f}" + ("" if side["sd"] is None else f" ({side['sd']:.3f})")


def main(arguments: list[str]) -> None:
    """Measure, keep what was seen, and write it into the page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.controls", description="Planted worlds and their twins."
    )
    parser.add_argument("--only", help="comma-separated probes; writes only where --to says")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="how many seeds (default 3)")
    parser.add_argument("--to", type=Path, help="the file to write (default benchmarks/controls.json, and the page)")
    options = parser.parse_args(arguments)
    wanted = None if options.only is None else options.only.split(",")
    cases = [case for case in CASES if wanted is None or case.probe in wanted]
    rows = measured(cases, range(options.seeds), lambda line: print(line, file=sys.stderr, flush=True))
    print("\n".join(table(rows)))
    now = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}"
    if options.to is not None or wanted is None:
        content = {"machine": machine.describe(), "date": now, "seeds": options.seeds, "rows": rows}
        write(options.to or PATH, (json.dumps(content, indent=2) + "\n").encode())
    if options.to is None and wanted is None:
        text = f"Measured on {now}, {options.seeds} seeds, 16 members each.\n\n" + "\n".join(table(rows))
        renew(PAGE, "controls", text)


if __name__ == "__main__":
    main(sys.argv[1:])
