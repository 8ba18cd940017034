"""All metrics with their row draws from the facts of trained models: Adult, 8 treatments of 16 members, 200 draws.

    python -m benchmarks.own.draws '{"steps": 20}'

prints one line of JSON: the seconds of the metrics alone, on one core. Predictions, attacks and explanations are there;
calibrating prediction sets in every draw is part of it. How long the models are trained does not matter for it. Needs the
published files (see `benchmarks.adult`).
"""

import json
import sys
import time
from pathlib import Path

from benchmarks import adult
from interplay.auditing.prepare import prepare
from interplay.auditing.timings import peak_memory
from interplay.conformal.sets import default_miscoverage
from interplay.exhibits import Memo, refitted
from interplay.measurement import measure as stage
from interplay.study.load import load
from interplay.training.train import train, tune

STUDY = Path(__file__).resolve().parents[2] / "examples" / "adult.toml"


def main() -> None:
    """Train shortly, make every exhibit, and time the metrics."""
    given = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    study = load(STUDY)
    data = study.data.model_copy(update={"path": str(adult.folder())})
    model = study.model.model_copy(update={"steps": given.get("steps", 20), "learning_rates": (0.003,)})
    ready = prepare(study.model_copy(update={"data": data, "model": model}))
    shop = ready.training_setting()
    fleet, setting = train(shop, tune(shop, ready.tuning_rows())), ready.setting()
    stacks = {one: refitted(setting, found) for one, found in fleet.tuned.items()}
    given = dict(zip(stacks, stage._together(list(stacks.values()), setting), strict=True))
    held_out, spent, made = setting.held_out(default_miscoverage(0.15)), 0.0, 0
    kinds = {kind for metric in ready.design.metrics.values() for kind in metric.needs}
    for bare, members in stacks.items():
        beneath = Memo(members, setting)
        beneath.give(given[bare])
        for treatment in ready.design.treatments:
            if treatment.without(tuple(ready.design.factors.layers)) == bare:
                evidence = stage._layered(beneath, treatment, held_out).evidence(setting.rows)
                for kind in kinds:
                    evidence.ask(kind)
                began = time.perf_counter()
                made += len(stage._measured(setting, treatment, evidence))
                spent += time.perf_counter() - began
        print(f"{bare.name}: {spent:.1f} s so far", file=sys.stderr, flush=True)
    print(json.dumps({"seconds": round(spent, 2), "samples": made, "draws": study.draws, "peak_bytes": peak_memory()}))


if __name__ == "__main__":
    main()
