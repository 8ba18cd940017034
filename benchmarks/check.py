"""`python -m benchmarks.check`: that the peers compute what the table says they compute. Takes about a minute.

A peer that is fast because it does less, or slow because it does something else, would make the table worthless.
"""

from benchmarks import quiet

quiet.prepare()

import sys  # noqa: E402 - thread limits are set before anything numerical is imported
from collections.abc import Callable, Iterator  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from benchmarks import audit_work, work  # noqa: E402
from benchmarks.audit_work import TREATMENTS, Treatment  # noqa: E402
from benchmarks.peers import glue_evaluation, lean_evaluation, lean_membership, membership  # noqa: E402
from benchmarks.peers.art_attack import classifier, projected_gradient  # noqa: E402
from benchmarks.peers.art_opacus import ArtOpacus  # noqa: E402
from benchmarks.peers.art_training import ArtMovable, ArtTraining  # noqa: E402
from benchmarks.peers.dataloader import DataLoaderTraining  # noqa: E402
from benchmarks.peers.glue_training import GlueOptions, GlueTraining  # noqa: E402
from benchmarks.peers.lean_attack import attacked  # noqa: E402
from benchmarks.peers.lean_lime import LeanLime  # noqa: E402
from benchmarks.peers.lean_network import LeanNetwork  # noqa: E402
from benchmarks.peers.lean_training import Kind, LeanModel, LeanTraining, rows_of  # noqa: E402
from benchmarks.peers.lime_rows import explainer, probabilities  # noqa: E402
from benchmarks.peers.network import mean_loss  # noqa: E402
from benchmarks.peers.opacus_ghost import OpacusGhost  # noqa: E402
from benchmarks.peers.opacus_hooks import OpacusHooks  # noqa: E402
from benchmarks.peers.private import Mode  # noqa: E402
from benchmarks.peers.shadow_attack import ShadowAttack  # noqa: E402
from benchmarks.timing import Task  # noqa: E402

Finding = tuple[bool, str]
_MODES: tuple[Mode, ...] = ("hooks", "ghost")


def losses_fall() -> Iterator[Finding]:
    """Every training with at most one of DP-SGD and PGD lowers the mean loss of the clean rows.

    Both at once need not within a few epochs (on the synthetic table they do not, in any implementation); what can be
    asked of them is the next check.
    """
    common = work.load()
    peers: dict[str, tuple[Task, Any]] = {
        "dataloader": (plain := DataLoaderTraining(common), plain.network),
        "opacus hooks": (hooks := OpacusHooks(common), hooks.private.network._module),
        "opacus ghost": (ghost := OpacusGhost(common), ghost.private.network._module),
        "art": (art := ArtTraining(common), art.estimator.model),
        "art, movable": (masked := ArtMovable(common), masked.estimator.model),
    }
    for name, (task, network) in peers.items():
        before = mean_loss(network, common)
        task()
        after = mean_loss(network, common)
        yield after < before, f"{name}: loss {before:.3f} to {after:.3f}"
    for kind in (Kind(), Kind(private=True), Kind(adversarial=True), Kind(adversarial=True, movable=6)):
        lean = LeanTraining(common, kind, batches=240)
        before = _lean_loss(lean.model)
        lean()
        yield _lean_loss(lean.model) < before, f"lean {kind}: loss {before:.3f} to {_lean_loss(lean.model):.3f}"


def private_trainings_arrive_at_the_same_loss() -> Iterator[Finding]:
    """After one epoch from the same start, the lean loop and both modes of Opacus differ by no more than the noise."""
    common = work.load()
    batches = round(common.batches)
    for movable, adversarial in ((None, False), (None, True), (6, True)):
        lean = LeanTraining(common, Kind(True, adversarial, movable), batches)
        hooks, ghost = (_private(mode, adversarial, movable, batches) for mode in _MODES)
        for task in (lean, hooks, ghost):
            task()
        losses = [_lean_loss(lean.model)]
        losses += [mean_loss(task.private.network._module, common) for task in (hooks, ghost)]
        words = ", ".join(f"{loss:.3f}" for loss in losses)
        close = max(losses) - min(losses) < 0.06
        yield close, f"attacked {adversarial}, movable {movable}: lean, hooks, ghost {words}"


def _private(mode: Mode, adversarial: bool, movable: int | None, batches: int) -> ArtOpacus | OpacusHooks | OpacusGhost:
    if adversarial:
        return ArtOpacus(work.load(), batches, mode=mode, movable_only=movable is not None)
    return (OpacusHooks if mode == "hooks" else OpacusGhost)(work.load(), batches)


def attacks_stay_inside() -> Iterator[Finding]:
    """ART's attack and the lean one stay in the box, move only movable columns, and find the same loss."""
    common, network = work.load(), _trained()
    inputs, labels = common.inputs[:2000], common.labels[:2000]
    lean = _lean_copy(network)
    attack = projected_gradient(classifier(network, inputs.shape[1], common.recipe), common.recipe.attack, 2000)
    one_hot = torch.eye(2)[torch.from_numpy(labels)]
    for movable in (None, int(common.movable.sum())):
        mask = {} if movable is None else {"mask": common.movable.astype(np.float32)}
        with torch.no_grad():
            by_lean = attacked(lean, torch.from_numpy(inputs), one_hot, common.recipe.attack, movable).numpy()
        moved = {"art": attack.generate(inputs, y=labels, **mask), "lean": by_lean}
        found = {name: _loss(network, rows, labels) for name, rows in moved.items()}
        for name, rows in moved.items():
            shift = np.abs(rows - inputs)
            inside = shift.max() <= common.recipe.attack.radius + 1e-6 and rows.min() >= 0.0 and rows.max() <= 1.0
            still = movable is None or shift[:, movable:].max() == 0.0
            yield bool(inside and still), f"{name}, movable {movable}: largest move {shift.max():.4f}"
        close = abs(found["art"] - found["lean"]) < 0.01 * found["art"]
        clean = _loss(network, inputs, labels)
        yield close and found["art"] > clean, f"movable {movable}: loss {clean:.4f}, after the attacks {found}"


def lean_gradient_is_clipped() -> Iterator[Finding]:
    """The lean private gradient equals the sum of per-row gradients by autograd, each clipped, half of them."""
    common, network = work.load(), _trained()
    inputs, labels = torch.from_numpy(common.inputs[:256]), torch.from_numpy(common.labels[:256])
    rows = [_flat_gradient(network, inputs[i : i + 1], labels[i : i + 1]) for i in range(256)]
    bound = float(torch.stack([row.norm() for row in rows]).median())
    expected = torch.stack([row * min(1.0, bound / float(row.norm())) for row in rows]).sum(dim=0) / 256
    recipe = work.Recipe(max_grad_norm=bound, noise_multiplier=0.0)
    model = LeanModel(rows_of(common), recipe, Kind(private=True))
    model.network = _lean_copy(network)
    with torch.no_grad():
        values = model.network.forward(inputs)
        model._private_gradient(values, torch.softmax(values[-1], dim=1) - torch.eye(2)[labels])
    error = float((model.network.gradient - expected).norm() / expected.norm())
    yield error < 1e-5, f"relative error {error:.1e} at the median norm {bound:.3f}"


def shadows_attack_a_little_better_than_chance() -> Iterator[Finding]:
    """LiRA's area under the curve lies between one half and 0.65 for a model of three epochs."""
    area = ShadowAttack(work.load()).area()
    yield 0.495 < area < 0.65, f"area under the curve {area:.3f}"


def lean_measures_what_the_glue_measures() -> Iterator[Finding]:
    """Group rates, calibration error, sets and LiRA agree on the same network."""
    common = audit_work.load()
    network = GlueTraining(common, Treatment(), 0, GlueOptions()).train(2)
    lean, face = _lean_copy(network), glue_evaluation.SklearnFace(network)
    known = lean_evaluation.answers(common, lean)
    chosen = known.test.argmax(axis=1)
    rates = lean_evaluation.fairness(common.test, chosen)["sex"]
    gaps = glue_evaluation.fairness(common, face)["sex"].to_numpy()
    yield np.allclose(rates.max(axis=1) - rates.min(axis=1), gaps, atol=1e-6), f"differences by sex {gaps}"
    errors = (lean_evaluation.calibration_error(common.test, known), glue_evaluation.calibration_error(common, face))
    yield abs(errors[0] - errors[1]) < 1e-5, f"calibration errors {errors}"
    by_lean, by_glue = lean_evaluation.conformal_sets(common, known), glue_evaluation.conformal_sets(common, face)
    for name in by_lean:
        share = float((by_lean[name] == by_glue[name]).mean())
        covered = float(by_lean[name][np.arange(len(common.test)), common.test.labels].mean())
        yield share > 0.999 and abs(covered - 0.9) < 0.02, f"{name} sets: agreement {share:.4f}, coverage {covered:.3f}"
    margins = np.random.default_rng(0).normal(size=common.membership.shape) + 0.3 * common.membership
    areas = membership.areas(margins, common.membership)
    same = np.allclose(areas, lean_membership.areas(margins, common.membership), atol=1e-6)
    yield same, f"areas under the curve {np.mean(areas):.4f}"


def lean_lime_resembles_lime() -> Iterator[Finding]:
    """The weights of both correlate over 20 rows."""
    common, network = work.load(), _trained()
    rows = common.raw.rows[:20]
    by_lean = LeanLime(common.raw).explain(_lean_copy(network), rows, 0)
    lime, predict = explainer(common.raw), probabilities(network, common.raw)
    by_lime = np.zeros_like(by_lean)
    for place, row in enumerate(rows):
        for column, weight in lime.explain_instance(row, predict, num_features=10).as_map()[1]:
            by_lime[place, column] = weight
    correlation = float(np.corrcoef(by_lean.ravel(), by_lime.ravel())[0, 1])
    yield correlation > 0.8, f"correlation of the weights {correlation:.3f}"


def every_treatment_trains() -> Iterator[Finding]:
    """All eight treatments run for an epoch in both of Opacus's modes."""
    common = audit_work.load()
    for mode in _MODES:
        for treatment in TREATMENTS:
            network = GlueTraining(common, treatment, 0, GlueOptions(mode)).train(1)
            share = float(
                (glue_evaluation.SklearnFace(network).predict(common.test.inputs) == common.test.labels).mean()
            )
            yield share > 0.7, f"{mode}, {treatment}: accuracy {share:.3f}"


def _trained() -> nn.Module:
    training = DataLoaderTraining(work.load())
    training()
    return training.network


def _lean_copy(network: nn.Module) -> LeanNetwork:
    dense = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    lean = LeanNetwork(dense[0].in_features, tuple(layer.out_features for layer in dense[:-1]))
    with torch.no_grad():
        lean.flat.copy_(torch.cat([value.detach().flatten() for value in network.parameters()]))
    return lean


def _lean_loss(model: LeanModel) -> float:
    with torch.no_grad():
        logits = model.network.forward(model.rows.inputs)[-1]
        return float(nn.functional.cross_entropy(logits, model.rows.one_hot))


def _loss(network: nn.Module, inputs: np.ndarray, labels: np.ndarray) -> float:
    with torch.no_grad():
        return float(nn.functional.cross_entropy(network(torch.from_numpy(inputs)), torch.from_numpy(labels)))


def _flat_gradient(network: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
    network.zero_grad()
    nn.functional.cross_entropy(network(inputs), labels).backward()
    return torch.cat([value.grad.flatten() for value in network.parameters() if value.grad is not None])


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    losses_fall,
    private_trainings_arrive_at_the_same_loss,
    attacks_stay_inside,
    lean_gradient_is_clipped,
    shadows_attack_a_little_better_than_chance,
    lean_measures_what_the_glue_measures,
    lean_lime_resembles_lime,
    every_treatment_trains,
)


def main() -> int:
    """Run all checks; the number of failures."""
    failures = 0
    for check in CHECKS:
        print(check.__name__.replace("_", " "), flush=True)
        for holds, words in check():
            failures += not holds
            print(f"  {'ok  ' if holds else 'FAIL'} {words}", flush=True)
    return failures


if __name__ == "__main__":
    sys.exit(main())
