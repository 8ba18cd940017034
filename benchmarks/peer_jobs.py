"""Every job with its peers. Importing this module imports all of the peers' libraries."""

from benchmarks import work
from benchmarks.jobs import Job, Peer
from benchmarks.machine import cores
from benchmarks.peers.art_training import ArtMovable, ArtTraining
from benchmarks.peers.dataloader import DataLoaderTraining
from benchmarks.peers.fairlearn_bootstrap import FairlearnBootstrap
from benchmarks.peers.glue import GlueAudit
from benchmarks.peers.glue_training import GlueOptions
from benchmarks.peers.grid import Grid
from benchmarks.peers.lean import LeanAudit
from benchmarks.peers.lime_rows import LimeRows
from benchmarks.peers.opacus_ghost import OpacusGhost
from benchmarks.peers.opacus_hooks import OpacusHooks
from benchmarks.peers.shadow_attack import ShadowAttack

_EPOCH = "one model-epoch: 30,162 rows, 104 columns, 64-64, batch 256"
_AUDIT = "Adult, 8 treatments of 16 members, 20 epochs, all aspects; the attack moves the numeric columns"

JOBS = (
    Job("plain", _EPOCH, "cpu", (Peer("dataloader", 10, lambda: DataLoaderTraining(work.load()), extrapolated=False),)),
    Job(
        "dp_sgd",
        f"{_EPOCH}; clipped at 1, noise multiplier 1, Poisson sampling",
        "cpu",
        (
            Peer("opacus hooks", 28, lambda: OpacusHooks(work.load())),
            Peer("opacus ghost", 12, lambda: OpacusGhost(work.load())),
        ),
    ),
    Job(
        "adversarial",
        f"{_EPOCH}; PGD-10 in a box of 0.1, all columns",
        "cpu",
        (Peer("art", 13, lambda: ArtTraining(work.load())),),
    ),
    Job(
        "adversarial_movable",
        f"{_EPOCH}; PGD-10 in a box of 0.1, 6 movable columns",
        "cpu",
        (Peer("art", 25, lambda: ArtMovable(work.load())),),
    ),
    Job(
        "lira",
        "one attack: 32 shadows, 3 epochs of 15,081 rows, 10,000 rows scored",
        "cpu",
        (Peer("art", 8, lambda: ShadowAttack(work.load())),),
    ),
    Job(
        "lime",
        "500 rows explained for 8 models, 5,000 samples, 10 columns shown",
        "cpu",
        (Peer("lime", 400, lambda: LimeRows(work.load())),),
    ),
    Job(
        "bootstrap",
        "1,000 draws of 10,000 rows: 5 metrics by sex, by race and by both",
        "cpu",
        (Peer("fairlearn", 500, lambda: FairlearnBootstrap(work.load())),),
    ),
    Job(
        "grid",
        "one model-epoch, the mean of plain, dp, pgd, dp+pgd, on all cores; all columns",
        "wall",
        (Peer("joblib", 20, lambda: Grid(cores()), extrapolated=False),),
    ),
    Job(
        "grid_movable",
        "one model-epoch, the mean of plain, dp, pgd, dp+pgd, on all cores; 6 movable columns",
        "wall",
        (Peer("joblib", 30, lambda: Grid(cores(), movable_only=True), extrapolated=False),),
    ),
    Job(
        "audit",
        _AUDIT,
        "wall",
        (
            Peer("glue hooks", 20, lambda: GlueAudit(cores(), GlueOptions("hooks"))),
            Peer("glue ghost", 16, lambda: GlueAudit(cores(), GlueOptions("ghost"))),
            Peer("lean", 3, lambda: LeanAudit(cores())),
        ),
        most_rounds=3,
    ),
)
