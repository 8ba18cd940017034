"""One class, one name; what a name says is for readers who have not met its author."""

import ast
from collections import defaultdict
from pathlib import Path

import interplay

HOUSE = Path(interplay.__file__).parent


def test_no_two_classes_have_one_name() -> None:
    found = defaultdict(list)
    for file in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(str(file.relative_to(HOUSE)))
    assert not {name: files for name, files in found.items() if len(files) > 1}
