"""Which keys a study may have at a place, and at which places a key may stand."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from interplay.sections import Section
from interplay.study.faults import word
from interplay.study.model import Study
from interplay.study.positions import KeyPath


def keys_at(path: KeyPath) -> tuple[str, ...]:
    """The keys a table of the study may have; none where any key is allowed or where no table belongs.

    Example:
        >>> keys_at(("groups", "attributes", "race"))
        ('column', 'reference', 'merge', 'bins', 'feature')
        >>> keys_at(("tolerances",))
        ()
    """
    kind: Any = Study
    for part in path:
        kind = _inside(kind, part)
    return tuple(kind.model_fields) if _is_section(kind) else ()


def homes(key: str) -> tuple[str, ...]:
    """The tables that know a key, as their headers are written; "" is the top of the file.

    Example:
        >>> homes("seed"), homes("steps"), homes("at_least"), homes("bins")
        (('',), ('[model]',), ('[[limits]]',), ('[groups.attributes.NAME]',))
    """
    return tuple(header for header, kind in _tables(Study, "", many=False) if key in kind.model_fields)


def header(path: KeyPath) -> str:
    """How a table is called in a message.

    Example:
        >>> header(("limits", 2)), header(("data", "drop")), header(())
        ('[[limits]]', '[data.drop]', 'the file, above the first [table]')
    """
    names = ".".join(word(part) for part in path if isinstance(part, str))
    if not names:
        return "the file, above the first [table]"
    return f"[[{names}]]" if isinstance(path[-1], int) else f"[{names}]"


def expects_tables(path: KeyPath) -> bool:
    """Whether a list of tables belongs here, as under `[[limits]]`.

    Example:
        >>> expects_tables(("limits",)), expects_tables(("data",))
        (True, False)
    """
    kind: Any = Study
    for part in path:
        kind = _inside(kind, part)
    return get_origin(kind) is tuple and _is_section(get_args(kind)[0])


def _inside(kind: Any, part: str | int) -> Any:
    if _is_section(kind):
        return kind.model_fields[part].annotation if part in kind.model_fields else None
    return {dict: get_args(kind)[-1:], tuple: get_args(kind)[:1]}.get(get_origin(kind), (None,))[0]


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


def _tables(kind: type[Section], name: str, many: bool) -> Iterator[tuple[str, type[Section]]]:
    yield (f"[[{name}]]" if many else f"[{name}]" if name else ""), kind
    for key, info in kind.model_fields.items():
        inner, path = info.annotation, f"{name}.{key}".removeprefix(".")
        origin = get_origin(inner)
        if origin in (tuple, dict):
            inner = get_args(inner)[0 if origin is tuple else -1]
            path += ".NAME" if origin is dict else ""
        if isinstance(inner, type) and issubclass(inner, Section):
            yield from _tables(inner, path, origin is tuple)
