"""The report: one self-contained HTML page, rendered from the audit alone."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from interplay.aspects import TRUST_ASPECTS
from interplay.report import cells, folding, forest, quantities, sentences
from interplay.report.names import NAME_LENGTH, SENTENCE_LENGTH, clean, heading
from interplay.report.reading import Audit, Reading
from interplay.report.words import ASPECT_LETTERS, GLOSSARY, VERDICTS

_TITLE_LENGTH = 400
_DECLARED_LENGTH = 30_000


def _finalize(value: Any) -> Any:
    """Every expression of a template passes through here: outside text never reaches the page uncleaned."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _named(text: str) -> Markup:
    """A name of any length as one isolated piece of text; what is cut is in its title."""
    shown = escape(clean(text, NAME_LENGTH))
    if len(text) <= NAME_LENGTH:
        return Markup("<bdi>{}</bdi>").format(shown)
    return Markup('<bdi title="{}">{}</bdi>').format(clean(text, _TITLE_LENGTH), shown)


def _listed(values: Any) -> str:
    return ", ".join(clean(str(value), NAME_LENGTH) for value in values)


def _declared(study: Mapping[str, Any]) -> str:
    """The study as declared, line by line; only the breaks made here survive the cleaning."""
    text = json.dumps(study["declared"], indent=2, sort_keys=True, ensure_ascii=False)
    lines = (clean(line, SENTENCE_LENGTH) for line in text.split("\n"))
    return "\n".join(lines)[:_DECLARED_LENGTH]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("interplay.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters.update(named=_named, listed=_listed, heading=heading)
    environment.globals.update(
        verdicts=VERDICTS, letters=ASPECT_LETTERS, glossary=GLOSSARY, trust_aspects=[str(each) for each in TRUST_ASPECTS]
    )
    return environment


def _parts(reading: Reading) -> dict[str, Any]:
    """What the templates may name."""
    audit = reading.audit
    training, layered = cells.rows(reading, training=True), cells.rows(reading, training=False)
    return {
        "audit": audit,
        "reading": reading,
        "quantities": quantities,
        "sentences": sentences,
        "verdict": sentences.verdict_sentence(audit),
        "decision": sentences.decision_sentence(audit),
        "counts": sentences.pair_counts(audit),
        "training": training,
        "layered": layered,
        "control": cells.control_values(reading),
        "blocks": forest.blocks(reading),
        "forest": forest,
        "notes": folding.notes(audit["effects"]),
        "folded": folding.by_treatment(reading),
        "declared": Markup(escape(_declared(audit["study"]))),  # noqa: S704 - escaped here
    }


def render(audit: Audit) -> str:
    """The report of an audit as one HTML page.

    Equal audits give equal bytes. The page loads nothing and runs no script; every text of the audit is escaped, and
    control and direction characters in it are shown as tags.

    Does not show: anything that is not in the audit; nothing is computed here but sums, orders and roundings.
    """
    reading = Reading(audit)
    return _environment().get_template("page.html").render(_parts(reading))
