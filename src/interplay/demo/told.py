"""A story in a terminal: one paragraph for each act, with a line for each check."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from interplay.demo.silobank import Act, Check

PASSED, FAILED = Text("passed", style="dodger_blue1"), Text("FAILED", style="bold dark_orange3")


def told(acts: Iterable[Act], first: int = 0) -> Group:
    """The acts in order, numbered from `first`."""
    lines: list[RenderableType] = []
    for number, act in enumerate(acts, start=first):
        lines += [Text(""), Text.assemble((f"Act {number}. {act.who}", "bold"), f" {act.action}")]
        lines += [_checked(check) for check in act.checks]
        lines += [Text(f"  {act.outcome}")] if act.outcome else []
    return Group(*lines)


def _checked(check: Check) -> Text:
    verdict = PASSED if check.passed else FAILED
    return Text.assemble("  ", verdict, f"  {check.what}: {check.value}; asked for: {check.asked}")
