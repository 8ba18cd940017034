"""Adversarial training in ART: its own trainer, and a loop around its attack where only some columns may move."""

import functools

import numpy as np
from art.defences.trainer import adversarial_trainer
from art.defences.trainer.adversarial_trainer import AdversarialTrainer

from benchmarks.peers.art_attack import classifier, projected_gradient
from benchmarks.peers.network import perceptron
from benchmarks.work import Work


class ArtTraining:
    """`AdversarialTrainer` with PGD-10 on all columns, attack and training in batches of 256. Unit: one model-epoch.

    Fair: `AdversarialTrainerMadryPGD` with its default attack batch of 32 takes more than three times as long.
    """

    def __init__(self, work: Work, batches: int = 20, seed: int = 0) -> None:
        self.work = work
        self.batches = batches
        self.share = batches / work.batches
        self.estimator = classifier(
            perceptron(work.inputs.shape[1], work.recipe.hidden, seed), work.inputs.shape[1], work.recipe
        )
        self.attack = projected_gradient(self.estimator, work.recipe.attack, work.recipe.batch)
        self.trainer = AdversarialTrainer(self.estimator, self.attack, ratio=1.0)
        _without_progress_bars()
        np.random.seed(seed)
        self.order = np.random.default_rng(seed)

    def __call__(self) -> float:
        """Train on as many random rows as the batches hold; the model-epochs done."""
        rows = self.order.choice(self.work.rows, self.batches * self.work.recipe.batch, replace=False)
        self.trainer.fit(self.work.inputs[rows], self.work.labels[rows], batch_size=self.work.recipe.batch, nb_epochs=1)
        return self.share


class ArtMovable(ArtTraining):
    """The same loop around `generate(x, y, mask=...)`: only the movable columns change. Unit: one model-epoch.

    ART's trainers cannot hand a mask to the attack, so the loop is written out. The mask saves no time: the whole
    gradient is computed and then partly set to zero.
    """

    def __call__(self) -> float:
        """Train on the next batches; the model-epochs done."""
        rows = self.order.choice(self.work.rows, (self.batches, self.work.recipe.batch), replace=False)
        mask = self.work.movable.astype(np.float32)
        for batch in rows:
            inputs, labels = self.work.inputs[batch], self.work.labels[batch]
            moved = self.attack.generate(inputs, y=labels, mask=mask)
            self.estimator.fit(moved, labels, batch_size=len(batch), nb_epochs=1, verbose=False)
        return self.share


def _without_progress_bars() -> None:
    """ART's trainer draws progress bars without a switch; drawing them is no part of the work."""
    for name in ("tqdm", "trange"):
        bar = getattr(adversarial_trainer, name)
        if not isinstance(bar, functools.partial):
            setattr(adversarial_trainer, name, functools.partial(bar, disable=True))
