"""The 20 arrows as one standalone SVG picture."""

from functools import cache

from jinja2 import Template

from interplay.aspects import TRUST_ASPECTS
from interplay.report.cells import pair_effect
from interplay.report.environment import environment
from interplay.report.names import clean
from interplay.report.reading import Audit, AuditReading
from interplay.report.words import VERDICTS

_CAPTION_LENGTH = 90


@cache
def _template() -> Template:
    return environment().get_template("picture.svg")


def _spoken(reading: AuditReading, source: str, target: str) -> str:
    effect, word = pair_effect(reading, source, target), VERDICTS[reading.pairs[source, target]["verdict"]]
    shown = effect is not None and word.tone in ("worse", "better")
    by = f" by {reading.titled(effect)}" if effect is not None and shown else ""
    return f"{source} to {target}: {word.words}{by}"


def picture(audit: Audit) -> str:
    """The 5 x 5 matrix of the directed pairs as an SVG file: rows are what is applied for, columns what may be harmed.

    Each verdict is drawn with a word, a shape and a colour, in light and in dark. It names the data, loads nothing, and
    equal audits give equal bytes.
    """
    reading = AuditReading(audit)
    spoken = "; ".join(_spoken(reading, pair["source"], pair["target"]) for pair in audit["interactions"])
    caption = clean(f"{audit['data']['name']}, {audit['data']['rows']:,} rows", _CAPTION_LENGTH)
    aspects = [str(aspect) for aspect in TRUST_ASPECTS]
    drawn = _template().render(
        reading=reading, spoken=spoken, caption=caption, aspects=aspects, pair_effect=pair_effect
    )
    return drawn
