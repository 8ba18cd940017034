"""What the glued audit measures on one member, each aspect by the library that is known for it."""

from typing import Any

import numpy as np
import torch
from crepes import ConformalClassifier
from fairlearn.metrics import MetricFrame
from lime.lime_tabular import LimeTabularExplainer
from mapie.classification import SplitConformalClassifier
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from torch import nn

from benchmarks.audit_work import ATTACKED_ROWS, COVERAGE, EXPLAINED_ROWS, AuditWork
from benchmarks.peers.art_attack import classifier, projected_gradient
from benchmarks.peers.fairlearn_bootstrap import METRICS
from benchmarks.peers.glue_training import GlueOptions
from benchmarks.peers.lime_rows import SAMPLES, SHOWN, probabilities
from benchmarks.peers.shadow_attack import margins


class SklearnFace(ClassifierMixin, BaseEstimator):
    """The network with scikit-learn's methods, as MAPIE asks for."""

    def __init__(self, network: nn.Module | None = None) -> None:
        self.network = network
        self.classes_ = np.array([0, 1])
        self.is_fitted_ = True

    def fit(self, inputs: Any, labels: Any) -> "SklearnFace":
        """Nothing: the network is trained already."""
        return self

    def predict_proba(self, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Class probabilities."""
        assert self.network is not None
        with torch.no_grad():
            return torch.softmax(self.network(torch.from_numpy(inputs)), dim=1).numpy()

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.int64]:
        """The likelier class."""
        return self.predict_proba(inputs).argmax(axis=1)


def fairness(work: AuditWork, face: SklearnFace) -> dict[str, Any]:
    """Group metrics by fairlearn's MetricFrame: five metrics by sex, by race and by both, with their largest differences."""
    chosen = face.predict(work.test.inputs)
    frames = {
        name: MetricFrame(metrics=METRICS, y_true=work.test.labels, y_pred=chosen, sensitive_features=codes)
        for name, codes in work.test.groups.items()
    }
    return {name: frame.difference() for name, frame in frames.items()}


def robust_accuracy(work: AuditWork, network: nn.Module, options: GlueOptions) -> float:
    """ART's PGD-20 on 1,000 rows in one piece."""
    estimator = classifier(network, work.width, work.recipe)
    attack = projected_gradient(estimator, work.evaluation_attack, ATTACKED_ROWS)
    inputs, labels = work.test.inputs[:ATTACKED_ROWS], work.test.labels[:ATTACKED_ROWS]
    extra: dict[str, Any] = {"mask": work.movable.astype(np.float32)} if options.movable_only else {}
    moved = attack.generate(inputs, y=labels, **extra)
    return float((estimator.predict(moved, batch_size=ATTACKED_ROWS).argmax(axis=1) == labels).mean())


def explanations(work: AuditWork, network: nn.Module, explainer: LimeTabularExplainer) -> NDArray[np.float64]:
    """The local fits of lime on 100 rows, ten columns shown."""
    predict = probabilities(network, work.raw)
    fits = [
        explainer.explain_instance(row, predict, num_features=SHOWN, num_samples=SAMPLES).score
        for row in work.test.raw[:EXPLAINED_ROWS]
    ]
    return np.asarray(fits, np.float64)


def conformal_sets(work: AuditWork, face: SklearnFace) -> dict[str, NDArray[np.bool_]]:
    """Marginal sets by MAPIE and sets per crossed group by crepes."""
    mapie = SplitConformalClassifier(estimator=face, confidence_level=COVERAGE, prefit=True)
    mapie.conformalize(work.calibration.inputs, work.calibration.labels)
    _, marginal = mapie.predict_set(work.test.inputs)
    known = face.predict_proba(work.calibration.inputs)
    distances = 1.0 - known[np.arange(len(known)), work.calibration.labels]
    crepes = ConformalClassifier()
    crepes.fit(distances, bins=work.calibration.groups["crossed"])
    mondrian = crepes.predict_set(
        1.0 - face.predict_proba(work.test.inputs),
        bins=work.test.groups["crossed"],
        confidence=COVERAGE,
        smoothing=False,
    )
    return {"marginal": np.squeeze(marginal).astype(bool), "mondrian": np.asarray(mondrian).astype(bool)}


def calibration_error(work: AuditWork, face: SklearnFace, bins: int = 15) -> float:
    """Expected calibration error in equally wide bins of confidence."""
    probabilities_of = face.predict_proba(work.test.inputs)
    confidence = probabilities_of.max(axis=1)
    correct = probabilities_of.argmax(axis=1) == work.test.labels
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(correct[places == place].mean() - confidence[places == place].mean()) * (places == place).mean()
        for place in np.unique(places)
    ]
    return float(sum(gaps))


def training_margins(work: AuditWork, network: nn.Module) -> NDArray[np.float64]:
    """Margins of all training rows, for LiRA."""
    with torch.no_grad():
        logits = network(torch.from_numpy(work.train.inputs)).numpy().astype(np.float64)
    return margins(logits, work.train.labels)
