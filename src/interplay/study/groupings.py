"""The groupings a study declares: its attributes and their intersections, checked before any data are read."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from interplay.data.nearest import suggestion
from interplay.data.sections import GroupSection
from interplay.study.faults import Fault
from interplay.study.model import Study
from interplay.study.positions import KeyPath
from interplay.study.wording import quoted


def attributes(study: Study) -> Mapping[str, GroupSection]:
    """The sensitive attributes: the declared ones, else those that a named data set brings along."""
    declared = study.groups.attributes
    if declared:
        return declared
    from interplay.data.load import named  # reads tables, which a question about a finished run seldom needs

    known = named()
    return known[study.data.source].groups if study.data.source in known else declared


def groupings(study: Study) -> tuple[str, ...]:
    """The names of the groupings: attributes first, then intersections such as "race x sex"."""
    return (*attributes(study), *(" x ".join(names) for names in study.groups.intersections))


def grouping_faults(study: Study) -> Iterator[Fault]:
    """What is wrong with the attributes, the intersections and the grouping to mitigate for."""
    for name, section in study.groups.attributes.items():
        path: KeyPath = ("groups", "attributes", name)
        yield from _merge_faults(section, path)
        if any(low >= high for low, high in pairwise(section.bins)):
            found = ", ".join(f"{edge:g}" for edge in section.bins)
            yield Fault((*path, "bins"), "edges in ascending order, each once", found, "sort the edges")
    yield from _intersection_faults(study)
    mitigate = study.groups.mitigate
    if mitigate is not None and mitigate not in groupings(study):
        step = suggestion(mitigate, groupings(study)) if groupings(study) else "declare it under [groups.attributes]"
        yield Fault(("groups", "mitigate"), "a declared attribute or intersection", quoted(mitigate), step)


def _merge_faults(section: GroupSection, path: KeyPath) -> Iterator[Fault]:
    becomes: dict[str, str] = {}
    for group, values in section.merge.items():
        for index, value in enumerate(values):
            if becomes.setdefault(value, group) != group:
                found = f"{quoted(value)} in {quoted(becomes[value])} and in {quoted(group)}"
                step = "take it out of one of them"
                yield Fault((*path, "merge", group, index), "every value in one group", found, step)
    reference = section.reference
    if reference in becomes and reference not in section.merge:
        found = f"{quoted(reference)}, which is merged into {quoted(becomes[reference])}"
        step = f"write {quoted(becomes[reference])}"
        yield Fault((*path, "reference"), "a group that is left after merging", found, step)


def _intersection_faults(study: Study) -> Iterator[Fault]:
    known = attributes(study)
    seen: set[frozenset[str]] = set()
    for index, names in enumerate(study.groups.intersections):
        path: KeyPath = ("groups", "intersections", index)
        for place, name in enumerate(names):
            if name not in known:
                step = suggestion(name, known) if known else "declare it under [groups.attributes]"
                yield Fault((*path, place), "a declared attribute", quoted(name), step)
        if len(names) < 2 or len(set(names)) < len(names):
            step = 'name two or more, such as ["race", "sex"]'
            yield Fault(path, "two or more different attributes", f"[{', '.join(map(quoted, names))}]", step)
        elif frozenset(names) in seen:
            yield Fault(path, "every intersection once", f"{quoted(' x '.join(names))} again", "take one of them out")
        elif " x ".join(names) in known:
            found = f"{quoted(' x '.join(names))}, also an attribute"
            yield Fault(path, "an intersection with a name of its own", found, "rename the attribute")
        seen.add(frozenset(names))
