"""One class, one name; what a name says is for readers who have not met its author."""

import ast
from collections import Counter, defaultdict
from pathlib import Path

import interplay

HOUSE = Path(interplay.__file__).parent
VAGUE = "one", "found", "known", "told", "place"


def test_no_two_classes_have_one_name() -> None:
    found = defaultdict(list)
    for file in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(file.relative_to(HOUSE)))
    assert not {name: files for name, files in found.items() if len(files) > 1}


def test_names_that_say_nothing_are_rare() -> None:
    given: Counter[str] = Counter()
    for file in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                given[node.id] += 1
            elif isinstance(node, ast.arg):
                given[node.arg] += 1
    share = sum(given[name] for name in VAGUE) / sum(given.values())
    assert share < 0.09, f"{share:.1%} of all names are among {VAGUE}"
