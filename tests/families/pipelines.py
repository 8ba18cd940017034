"""Untrained classifiers for tests: a pipeline that reads the table, and models that break what an audit asks of any."""

import time

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def by_name():
    """Numbers scaled and texts one-hot, chosen by their types."""
    parts = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    )
    return make_pipeline(parts, LogisticRegression(max_iter=200))


def reading_by_name():
    """Trees that take texts and gaps as they are."""
    parts = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), make_column_selector(dtype_exclude="number")),
        remainder="passthrough",
    )
    return make_pipeline(parts, HistGradientBoostingClassifier(max_iter=15))


def few_trees():
    """A small boosted forest."""
    return HistGradientBoostingClassifier(max_iter=15)


def boosted():
    """A small model of XGBoost."""
    from xgboost import XGBClassifier

    return XGBClassifier(n_estimators=15, max_depth=3)


def light():
    """A small model of LightGBM."""
    from lightgbm import LGBMClassifier

    return LGBMClassifier(n_estimators=15, verbosity=-1)


def searched():
    """A search over the settings of a pipeline."""
    return GridSearchCV(by_name(), {"logisticregression__C": [0.1, 1.0]}, cv=2)


class Swallowing(ClassifierMixin, BaseEstimator):
    """A last step that takes weights and does not pass them on."""

    def fit(self, rows, labels, sample_weight=None):
        self._inner = LogisticRegression().fit(rows, labels)
        self.classes_ = self._inner.classes_
        return self

    def predict(self, rows):
        return self._inner.predict(rows)

    def predict_proba(self, rows):
        return self._inner.predict_proba(rows)


def swallowing():
    """A pipeline whose weights end nowhere."""
    return make_pipeline(StandardScaler(), Swallowing())


class Deciding(ClassifierMixin, BaseEstimator):
    """A logistic regression of which only the decisions are seen."""

    def fit(self, rows, labels, sample_weight=None):
        self._inner = LogisticRegression().fit(rows, labels, sample_weight=sample_weight)
        self.classes_ = self._inner.classes_
        return self

    def predict(self, rows):
        return self._inner.predict(rows)


def deciding():
    """A model that only decides."""
    return Deciding()


class Sleepy(LogisticRegression):
    """A model that takes its time."""

    def __init__(self, asleep="", random_state=None):
        super().__init__(random_state=random_state)
        self.asleep = asleep

    def decision_function(self, rows):
        time.sleep({"each row": 1e-3 * len(rows), "each call": 0.01, "": 0.0}[self.asleep])
        return super().decision_function(rows)


def sleepy(asleep=""):
    """A model that takes its time."""
    return Sleepy(asleep)


class Wrong(ClassifierMixin, BaseEstimator):
    """A logistic regression with one fault."""

    def __init__(self, fault="", random_state=None):
        self.fault = fault
        self.random_state = random_state

    def fit(self, rows, labels, sample_weight=None):
        weights = None if self.fault == "deaf" else sample_weight
        self._inner = LogisticRegression(max_iter=200).fit(rows, labels, sample_weight=weights)
        self._chance = np.random.default_rng(None if self.fault == "another seed" else self.random_state)
        self._shift = self._chance.normal() * 0.01
        if self.fault != "no classes":
            self.classes_ = self._inner.classes_
        return self

    def predict(self, rows):
        return self.classes_[self.predict_proba(rows).argmax(axis=1)]

    def predict_proba(self, rows):
        rows = np.asarray(rows)
        margin = self._inner.decision_function(rows) + self._shift
        if self.fault == "not finite":
            margin = margin + np.where(np.arange(len(rows)) == 0, np.nan, 0)
        if self.fault == "another answer":
            margin = margin + self._chance.normal(size=len(rows))
        if self.fault == "rows together":
            margin = margin - margin.mean()
        if self.fault == "changes its input":
            rows[:] = 0
        one = 1 / (1 + np.exp(-margin))
        both = np.stack([1 - one, one], axis=1)
        if self.fault == "logits":
            return np.stack([-margin, margin], axis=1)
        if self.fault == "three columns":
            return np.stack([1 - one, one / 2, one / 2], axis=1)
        if self.fault == "one column":
            return one
        return both


def wrong(fault="", random_state=None):
    """A model with one fault."""
    return Wrong(fault, random_state)
