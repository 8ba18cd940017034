"""An audit in MLflow: levels as metrics, what was found as tags, and the report beside them."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from interplay.aspects import Aspect
from interplay.auditing.result import Audit
from interplay.models.optional import needed
from interplay.report.names import name
from interplay.report.reading import AuditReading

_ALLOWED = re.compile(r"[^\w\-. /]")
LONGEST = 250
"""Characters of a key, a tag or a name of MLflow."""
FILES = ("audit.json", "report.html", "register.csv")


def track(audit: Audit, experiment: str = "interplay") -> str:
    """Log an audit as one run of MLflow, where the program or MLFLOW_TRACKING_URI says; gives the run's identifier.

    Metrics are the levels of the chosen treatment, or of the control where none was chosen, with the ends of their intervals as
    name.low and name.high. Tags say which treatment it is, what was found of each directed pair ("interaction.P-F"), and the
    digests of study and data. Files are the audit, its report, the register, and a model card.

    Raises InterplayError where MLflow is not installed (the extra "mlflow").

    Does not show: more than the audit; the run in MLflow is a copy of it.
    """
    mlflow = needed("mlflow", "mlflow")
    mlflow.set_experiment(experiment)
    treatment = audit.decision["treatment"] or "control"
    with mlflow.start_run(run_name=name(audit.content["study"]["name"])[:LONGEST]) as run:
        mlflow.log_metrics(dict(_metrics(audit.content, treatment)))
        mlflow.set_tags(dict(_tags(audit.content, treatment)))
        with tempfile.TemporaryDirectory() as folder:
            mlflow.log_artifact(str(audit.card(Path(folder) / "MODEL_CARD.md", treatment)))
        for file in FILES:
            mlflow.log_artifact(str(audit.path / file))
    return str(run.info.run_id)


def _metrics(content: Mapping[str, Any], treatment: str) -> Iterator[tuple[str, float]]:
    for level in AuditReading(content).values(treatment):
        key, value = _allowed(level["metric"]["key"]), level["value"]
        ends = ((f"{key}.{end}", value[end]) for end in ("low", "high") if value[end] is not None)
        yield from ((key, value["mean"]), *ends)


def _tags(content: Mapping[str, Any], treatment: str) -> Iterator[tuple[str, str]]:
    yield "interplay.treatment", treatment
    yield "interplay.study", content["study"]["digest"]
    yield "interplay.data", content["data"]["fingerprint"]
    yield "interplay.version", content["software"]["version"]
    for pair in content["interactions"]:
        source, target = (Aspect(pair[end]).letter for end in ("source", "target"))
        yield f"interaction.{source}-{target}", pair["verdict"]


def _allowed(key: str) -> str:
    """A key as MLflow takes it: letters, digits, underscores, dashes, dots, spaces and slashes.

    Example:
        >>> _allowed("accuracy_disparity/race, sex")
        'accuracy_disparity/race_ sex'
    """
    return _ALLOWED.sub("_", key)[:LONGEST]
