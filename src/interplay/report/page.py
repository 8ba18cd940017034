"""The report: one self-contained HTML page, rendered from the audit alone."""

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from interplay import quantities
from interplay.report import cells, confirmation, decided, doses, folding, forest, origins, risks, sentences, stack
from interplay.report.environment import environment, escaped
from interplay.report.names import clean
from interplay.report.reading import Audit, AuditReading

_DECLARED_LENGTH = 30_000


def _declared(study: Mapping[str, Any]) -> Markup:
    """The study as declared, line by line; only the breaks made here survive the cleaning."""
    text = json.dumps(study["declared"], indent=2, sort_keys=True, ensure_ascii=False)
    return escaped("\n".join(map(clean, text.split("\n")))[:_DECLARED_LENGTH])


def _parts(reading: AuditReading) -> dict[str, Any]:
    """What the templates may name."""
    audit = reading.audit
    return {
        "audit": audit,
        "reading": reading,
        "quantities": quantities,
        "sentences": sentences,
        "verdict": sentences.verdict_sentence(audit),
        "decision": sentences.decision_sentence(audit),
        "confirmation": confirmation,
        "decided": decided,
        "told": folding.told,
        "effect_sentence": sentences.effect_sentence,
        "harms": sentences.harm_sentences(audit),
        "counts": sentences.pair_counts(audit),
        "training": cells.rows(reading, training=True),
        "layered": cells.rows(reading, training=False),
        "pair_effect": cells.pair_effect,
        "pair_notes": cells.pair_notes,
        "control": cells.control_values(reading),
        "plot": forest.plot(reading),
        "width": forest.WIDTH,
        "stack": stack.stack(reading),
        "joint_words": stack.words,
        "doses": doses.doses(reading),
        "dose_words": doses.trend_words,
        "dose_width": doses.WIDTH,
        "dose_height": doses.HEIGHT,
        "dose_left": doses.LEFT,
        "origins": origins.origins(reading),
        "origins_said": origins.said,
        "share_words": origins.share_words,
        "share_interval": origins.share_interval,
        "notes": folding.notes(audit["effects"]),
        "folded": folding.by_treatment(reading),
        "declared": _declared(audit["study"]),
        "risks": risks,
        "risk_board": risks.board(audit),
        "foreseen": {(cell["source"], cell["target"]): cell for cell in audit["forecast"]["cells"]},
    }


def render(audit: Audit) -> str:
    """The report of an audit as one HTML page.

    Equal audits give equal bytes. The page loads nothing and runs no script; every text of the audit is escaped, and
    control and direction characters in it are shown as tags.

    Does not show: anything that is not in the audit; nothing is computed here but orders, counts and roundings.
    """
    return environment().get_template("page.html").render(_parts(AuditReading(audit)))
