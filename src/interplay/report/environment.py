"""The template environment: everything is escaped, and outside text never reaches a page uncleaned."""

import base64
from collections.abc import Iterable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from interplay.aspects import TRUST_ASPECTS
from interplay.report.names import NAME_LENGTH, clean, defused, heading, sentence
from interplay.report.words import GLOSSARY, VERDICTS

_TITLE_LENGTH = 400


def _finalize(value: object) -> object:
    """Every expression of a template passes through here."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _named(text: str) -> Markup:
    """A name of any length as one isolated piece of text; what is cut is in its title."""
    shown = clean(text, NAME_LENGTH)
    if len(text) <= NAME_LENGTH:
        return Markup("<bdi>{}</bdi>").format(shown)
    return Markup('<bdi title="{}">{}</bdi>').format(clean(text, _TITLE_LENGTH), shown)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(clean(str(value), NAME_LENGTH) for value in values)


def _base64(text: str) -> Markup:
    return Markup(base64.b64encode(text.encode()).decode("ascii"))


def escaped(text: str) -> Markup:
    """Text whose line breaks are wanted, escaped; clean it before."""
    return escape(text)


@cache
def environment() -> Environment:
    """The environment of all templates of the report."""
    made = Environment(
        loader=PackageLoader("interplay.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    made.filters.update(
        named=_named, listed=_listed, heading=heading, sentence=sentence, base64=_base64, defused=defused
    )
    made.globals.update(verdicts=VERDICTS, glossary=GLOSSARY, trust_aspects=[str(aspect) for aspect in TRUST_ASPECTS])
    return made
