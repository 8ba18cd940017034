"""How an audit was made, in words and numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from interplay.attacks.reference_models import REFERENCES
from interplay.design.plan import Design
from interplay.effects.tolerance import tolerance_of
from interplay.evidence import MASKED, ExactCheck
from interplay.families import AttackWords, Family
from interplay.interventions import SetIntervention
from interplay.measurement.measurements import Measurements
from interplay.statistics.crossed_interval import ONE_SIDED
from interplay.statistics.group_sequential import Looks
from interplay.study import Study

PARTS = ("pool", "tuning", "calibration", "test", "audit")


def methods(study: Study, design: Design, measured: Measurements, family: Family) -> dict[str, Any]:
    """The part "methods" of the audit."""
    told = measured.methods
    return {
        "evaluation": _evaluation(design, told),
        "members": design.members,
        "draws": study.draws,
        "interval_level": 1 - 2 * Looks(design.looks).nominal(ONE_SIDED),
        "splits": _splits(design),
        "thresholds": [_thresholds(design, one) for one in told["thresholds"]],
        "conformal": _conformal(design, told),
        "attacks": [*_attacks(told, family.attack), *_membership_attacks(told["membership"], design, family)],
        "membership": None if told["membership"] is None else _membership(told),
        "group_minimum": study.groups.minimum_rows,
        "tolerances": [
            {
                "metric": key,
                "tolerance": tolerance_of(metric, study.tolerances),
                "declared": key in study.tolerances or metric.name in study.tolerances,
            }
            for key, metric in design.metrics.items()
        ],
        "statements": [
            *(() if design.is_given else _of_recipe(study, family)),
            *STATEMENTS,
            *_masking(told.get("masking", ())),
            *(_PURPOSES[key].format(name) for key in _PURPOSES if (name := getattr(study.data, key)) is not None),
        ],
    }


def _splits(design: Design) -> str:
    counts = ", ".join(f"{name} {int(getattr(design.split, name).sum())}" for name in PARTS)
    if design.is_given:
        return (
            f"Rows are split once, stratified by group and label: {counts}. The pool holds the rows that the model was trained "
            "on, where the study marks them; every other part is new to it as far as that mark tells."
        )
    return (
        f"Rows are split once, stratified by group and label: {counts}. Member k of every treatment trains on the same "
        f"{design.half} pool rows, a half drawn independently of the other members'. The audit part is held back and not "
        "used here."
    )


def _of_recipe(study: Study, family: Family) -> Sequence[str]:
    """What is to be said where models are trained here."""
    if family.tunes:
        return (*_tuned(study.model.learning_rate), *TRAINED)
    return (*(UNREFITTED if family.decides_only else UNTUNED), *TRAINED)


_PURPOSES = {
    "weight": "Rows count by the column {0!r}: in training, in fitting, in every metric and in every draw. Least denominators "
    "count rows.",
    "trained_on": "The column {0!r} marks the rows that the model was trained on; nobody has verified it here.",
    "time": "The latest rows by the column {0!r} are the test and the audit part; earlier ones train, tune and calibrate, so "
    "that what changes with time is in every result.",
}


def _masking(arms: Sequence[Mapping[str, Any]]) -> list[str]:
    """What other attacks found beside the evaluation attack, and where its numbers are withheld."""
    texts = [f"{_arm(one)}: {one['withheld']}." for one in arms if "withheld" in one]
    texts += _exact([one for one in arms if "exact" in one])
    checked = [one for one in arms if "by_search" in one]
    if not checked:
        return texts
    first, plain = checked[0], [one for one in checked if not _masked(one)]
    wide = [one["wide_by_search"] for one in checked]
    told = [
        f"The attack with gradients was held against a search without them on {first['rows']} rows of one model of each "
        f"treatment ({first['queries']} queries a row); within a radius of {first['wide']:g} a search leaves {min(wide):.1%} to "
        f"{max(wide):.1%} rightly decided."
    ]
    if len(plain) < len(checked):
        named = ", ".join(
            f"{_arm(one)} (by {one['by_gradient'] - one['by_search']:.1%})" for one in checked if _masked(one)
        )
        told.append(
            f"The search found more than {MASKED:.0%} more, and was added to the attack on all rows, for {named}."
        )
    if plain:
        most = max(one["by_gradient"] - one["by_search"] for one in plain)
        told.append(
            f"{'For all' if len(plain) == len(checked) else 'For the other'} treatments it found {_at_most(most)}."
        )
    return [*told, *texts]


def _exact(arms: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a search finds of the rows that can be broken, where exact worst cases are known."""
    told = []
    for one in arms:
        check = ExactCheck(**one["exact"])
        found = (
            f"the search finds {check.searched} of {check.breakable}"
            if check.breakable
            else "the search finds none either"
        )
        bound = "; its robust accuracy is an upper bound only" if check.bound_only else ""
        told.append(
            f"{one['treatment']}: exactly {check.breakable} of {check.rows} rightly decided rows of one model can be broken "
            f"within the radius (by mixed-integer programming on its trees), and {found}{bound}."
        )
    return told


def _masked(one: Mapping[str, Any]) -> bool:
    return bool(one["by_search"] < one["by_gradient"] - MASKED)


def _at_most(most: float) -> str:
    return f"at most {most:.1%} more" if most > 0 else "nothing more"


def _arm(one: Mapping[str, Any]) -> str:
    return f"{one['treatment']} ({one['tuning'].replace('_', ' ')})"


def _tuned(declared: float | None) -> list[str]:
    """How learning rates were chosen, and what as applied means."""
    applied = (
        "the learning rate chosen for the control, since the study declares none."
        if declared is None
        else f"the learning rate that the study declares, {declared:g}; so has the control."
    )
    return [
        "A verdict is about a recipe on these data: this model, this optimiser and the learning rates tried. Every treatment "
        "is judged with a learning rate of its own, chosen under the same budget, and once more as applied.",
        f"As applied, every treatment has {applied}",
        "Scale and intercepts of every model's scores are refitted on the tuning rows, in all arms. Learning rates are chosen on "
        "rows and members set apart, by the log loss of the refitted model, and decisions, attacks and explanations are those of "
        "it; a collapsed candidate is refused while an uncollapsed one is within one standard error.",
        "Intervals count three random factors: members, evaluated rows, and the tuning and calibration rows that something is "
        "fitted on. They do not count the choice of the split, nor that of the learning rate.",
    ]


UNTUNED = (
    "A verdict is about a recipe on these data: this estimator, with the settings that the study declares. Decisions, attacks "
    "and explanations are those of the model with refitted scale and intercepts, in all arms.",
    "Intervals count three random factors: members, evaluated rows, and the tuning and calibration rows that something is "
    "fitted on. They do not count the choice of the split, nor that of the settings.",
)

UNREFITTED = (
    "A verdict is about a recipe on these data: this estimator, with the settings that the study declares.",
    "Intervals count members and evaluated rows. They do not count the choice of the split, nor that of the settings.",
)

TRAINED = (
    "Attacks on what is released (decisions, scores, prediction sets, explanations) are learned on the other members, on at most "
    "1,000 rows of the pool; a gain is that of the same attack with the release against without it. They know the perturbed "
    "rows behind explanations and the thresholds of sets, which is the worst case.",
    "Encoder statistics, reweighing counts, refitted scales and intercepts, group thresholds and conformal scores are taken "
    "from exact rows and lie outside the differential privacy budget; so does the choice of learning rates. Tuning rows are "
    "no training rows: nothing protects them.",
    "Members train on half of the pool. A model trained on all of it differs in accuracy, in what it memorises and in "
    "the budget it spends.",
)

STATEMENTS = (
    "People who see prediction sets are simulated by one rule for everybody. Whether explanations can be misled is a property of "
    "the explanations and the table, the same for every model.",
    "An unsuccessful attack shows that this attack found no harm at this sample size, not that there is none.",
    "With two labels refits and group thresholds are fitted anew with the row weights of every draw, and so are the thresholds "
    "of prediction sets: the sampling error of tuning and calibration rows is part of the intervals of whatever reads "
    "decisions, log losses or squared distances. Distances, explanations, membership scores and the "
    "scores inside prediction sets are for these fitted scores and thresholds only, and with more than two labels "
    "everything but the thresholds of prediction sets is.",
    "Attacked, distance and explained rows are drawn from the seed, with an even share of every group and label. A missing "
    "number does not move under attack.",
)


def _evaluation(design: Design, told: Any) -> str:
    rows = f"{told['evaluation_rows']} rows are evaluated"
    if design.uses_pool_rows:
        return f"{rows}: the test rows for every member, and the pool rows a member did not train on."
    return f"{rows}: the test rows."


def _conformal(design: Design, told: Any) -> dict[str, Any] | None:
    layers = [one for one in design.factors.layers.values() if isinstance(one, SetIntervention)]
    if not layers:
        return None
    chosen = "the smaller of 0.1 and half of the control's error rate on the tuning rows, unless the study declares one"
    return {"miscoverage": told["conformal_miscoverage"], "chosen_by": chosen}


def _thresholds(design: Design, rates: Any) -> dict[str, Any]:
    return {**rates, "randomised": bool(getattr(design.factors.known[rates["intervention"]], "randomised", False))}


def _attacks(told: Any, words: AttackWords) -> list[dict[str, Any]]:
    attack = told["attack"]
    return [
        {
            "name": words.name,
            "methods": list(words.methods),
            "settings": {
                "radius, standard deviations": attack["radius"],
                **words.settings,
                "rows": attack["rows"],
                "movable columns": ", ".join(attack["movable_columns"]),
                **_scales(attack),
                **(
                    {"columns whose numbers stay whole": ", ".join(whole)} if (whole := attack["whole_columns"]) else {}
                ),
            },
        },
        {"name": "every single categorical switch", "settings": {"rows": attack["rows"]}},
        {
            "name": "distance to the boundary, the nearest point found over several radii and starts",
            "settings": {
                "rows": attack["distance_rows"],
                "largest distance, standard deviations": attack["largest_distance"],
            },
        },
    ]


def _membership_attacks(found: Any, design: Design, family: Family) -> list[dict[str, Any]]:
    """Those with shadow models, where there are any; those without models trained in the same way otherwise."""
    if found is None and not design.is_given:
        return [{"name": "whether decisions are right, by a regression learned on the other members", "settings": {}}]
    if found is None:
        by_decisions = {"name": "a rightly decided row taken for a training row", "settings": {}}
        if family.decides_only:
            return [by_decisions]
        return [
            by_decisions,
            {"name": "a threshold on the loss, without other models", "settings": {}},
            {
                "name": "log-odds less those of reference models (logistic regressions, trained on halves of the held-out rows)",
                "settings": {"reference models behind every row": REFERENCES},
            },
        ]
    return [
        {"name": "LiRA, online, members as shadows", "settings": {"shadows": found["shadows"]}},
        {
            "name": "RMIA, online, members as references",
            "settings": {"references": found["shadows"], "population rows": found["population_rows"]},
        },
    ]


def _scales(attack: Any) -> dict[str, str]:
    """What the radius means for columns on a logarithmic scale, and for those with a declared largest change."""
    found = {}
    if attack["factors"]:
        found["on a logarithmic scale, factor of 1 + value at this radius"] = ", ".join(
            f"{column} {factor:.2f}" for column, factor in attack["factors"].items()
        )
    if attack["largest_changes"]:
        found["largest change declared"] = ", ".join(
            f"{column} {amount:g}" for column, amount in attack["largest_changes"].items()
        )
    return found


def _membership(told: Any) -> dict[str, Any]:
    found = told["membership"]
    half = 1.645 * found["null_area_sd"] / found["null_draws"] ** 0.5
    return {
        "null_auc": found["null_area_mean"],
        "null_low": found["null_area_mean"] - half,
        "null_high": found["null_area_mean"] + half,
        "resolution": f"{found['non_members']:,} non-members over all members, so the finest false positive rate is "
        f"{found['finest_false_positive_rate']:.2g}{_shrunken(found)}",
    }


def _shrunken(found: Any) -> str:
    """The self-test of the attack on released numbers, where it ran."""
    if "null_shrunken_mean" not in found:
        return ""
    mean, half = found["null_shrunken_mean"], 1.645 * found["null_shrunken_sd"] / found["null_draws"] ** 0.5
    ends = f"{mean - half:.3f} to {mean + half:.3f}"
    return f"; on the same rows the attack on released numbers has an AUC of {mean:.3f} ({ends})"
