"""What interplay brings to each job."""

from benchmarks import audit_work, work
from benchmarks.jobs import OurSide
from benchmarks.own.audit import Audit
from benchmarks.own.growth import compile_seconds, growth
from benchmarks.own.scoring import Bootstrap, Explanations, ShadowAttack
from benchmarks.own.training import Fleet, Grid, adversarial, private

OURS = OurSide(
    tasks={
        "plain": lambda: Fleet(work.load()),
        "dp_sgd": lambda: Fleet(work.load(), (private(work.load()),)),
        "adversarial": lambda: Fleet(work.load(), (adversarial(work.load()),)),
        "adversarial_movable": lambda: Fleet(work.load(), (adversarial(work.load()),), all_columns=False),
        "lira": lambda: ShadowAttack(work.load()),
        "lime": lambda: Explanations(work.load()),
        "bootstrap": lambda: Bootstrap(work.load()),
        "grid": lambda: Grid(work.load()),
        "grid_movable": lambda: Grid(work.load(), all_columns=False),
        "audit": lambda: Audit(audit_work.load()),
    },
    growth=growth,
    compile_seconds=compile_seconds,
)
