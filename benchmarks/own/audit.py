"""The audit by interplay: 8 treatments of 16 members, 20 epochs, every metric, verdicts, decision and report."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import interplay as ip
from benchmarks.audit_work import EPOCHS, EXPLAINED_ROWS, MEMBERS, AuditWork
from interplay.auditing.folder import RunFolder
from interplay.auditing.prepare import Prepared, prepare
from interplay.auditing.run import run
from interplay.auditing.storage import tuning_files
from interplay.data.split import PARTS, Split
from interplay.training.tuning import Tuning

HELD_OUT = 500
"""Calibration rows that interplay keeps for tuning and never looks at here, as all learning rates are given."""


class Audit:
    """A whole run from the data frame to the report, in a new folder each time. Unit: one audit.

    Learning rates are given to all sides, so nothing is tuned. What the others do not do is inside the clock:
    membership attacks of all kinds, two attacks in place of one, boundary distances, single category switches, a row
    bootstrap of every metric, intervals, verdicts, the decision, and the report.
    """

    def __init__(self, work: AuditWork) -> None:
        self.work = work
        self.frame = _frame(work)
        self.study = _study(work)

    def __call__(self) -> float:
        """Run it."""
        with tempfile.TemporaryDirectory() as folder:
            ready = self.prepared()
            self.give_rates(ready, Path(folder))
            run(self.study, folder, ready=ready)
        return 1.0

    def prepared(self) -> Prepared:
        """The study laid out on the rows that the other sides train, calibrate and test on."""
        ready = prepare(self.study, self.frame)
        sizes = {"pool": len(self.work.train), "tuning": HELD_OUT}
        sizes["calibration"] = len(self.work.calibration) - HELD_OUT
        sizes["test"] = len(self.work.test)
        part = np.repeat([PARTS.index(name) for name in sizes], list(sizes.values())).astype(np.int8)
        halves = np.stack(
            [np.sort(np.random.default_rng(n).permutation(sizes["pool"])[: sizes["pool"] // 2]) for n in range(MEMBERS)]
        )
        design = replace(ready.design, split=Split(part), pool=np.arange(sizes["pool"]), halves=halves)
        return replace(ready, design=design)

    def give_rates(self, ready: Prepared, runs: Path) -> None:
        """Write the stage that chooses learning rates as finished, with the given rate for every treatment."""
        rate = self.work.recipe.learning_rate
        given = Tuning((rate,), (None,), (), rate, "", False)
        folder = RunFolder(runs / ready.digest[:16])
        folder.finish("tune", tuning_files(dict.fromkeys(ready.design.trainings, given)))


def _frame(work: AuditWork) -> pd.DataFrame:
    rows = np.concatenate([work.train.raw, work.calibration.raw, work.test.raw])
    labels = np.concatenate([work.train.labels, work.calibration.labels, work.test.labels])
    columns: dict[str, object] = {}
    for place, name in enumerate(work.raw.columns):
        levels = work.raw.levels.get(place)
        columns[name] = rows[:, place] if levels is None else np.asarray(levels)[rows[:, place].astype(int)]
    return pd.DataFrame({**columns, "income": np.where(labels == 1, "more", "less")})


def _study(work: AuditWork) -> ip.Study:
    half = len(work.train) // 2
    recipe = work.recipe
    return ip.Study(
        name="Adult",
        members=MEMBERS,
        data=ip.DataSection(source="frame", label="income", favourable="more"),
        groups=ip.GroupsSection(attributes={name: ip.GroupSection(feature=True) for name in ("sex", "race")}),
        model=ip.ModelSection(
            hidden=recipe.hidden,
            optimiser="adam",
            learning_rate=recipe.learning_rate,
            learning_rates=(recipe.learning_rate,),
            batch_size=recipe.batch,
            steps=round(EPOCHS * half / recipe.batch),
        ),
        interventions=(
            ip.InterventionSection(name="reweighing"),
            ip.InterventionSection(name="dp_sgd", parameters={"noise_multiplier": recipe.noise_multiplier}),
            ip.InterventionSection(
                name="adversarial_training",
                parameters={"radius": 0.5, "attack_steps": recipe.attack.steps},
            ),
            ip.InterventionSection(name="release_explanations", parameters={"explained_rows": EXPLAINED_ROWS}),
            ip.InterventionSection(name="split_conformal"),
            ip.InterventionSection(name="group_conformal"),
        ),
    )
