"""Whether an audit has the shape of its schema and contradicts itself nowhere. Needs the package jsonschema."""

import jsonschema  # type: ignore[import-untyped]

from interplay.errors import RunError
from interplay.report.reading import Audit
from interplay.report.schema import audit_schema, inconsistencies

_SHOWN = 5


def validate(audit: Audit) -> None:
    """Raise `RunError` naming the first places where an audit breaks its schema or contradicts itself."""
    validator = jsonschema.Draft202012Validator(audit_schema())
    broken = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(audit)]
    broken = broken or inconsistencies(audit)
    if broken:
        more = f" and {len(broken) - _SHOWN} more" if len(broken) > _SHOWN else ""
        raise RunError(
            "an audit as audit.schema.json describes it",
            "; ".join(broken[:_SHOWN]) + more,
            "audit.json",
            "report this as a fault of interplay, or restore the file if it was edited",
        )
