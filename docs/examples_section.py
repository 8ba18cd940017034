"""Shows the examples of docstrings as code: for the site, what a docstring calls "Example:" is a section of examples."""

from typing import Any

from griffe import Extension, Object


class ExamplesSection(Extension):
    """Renames the section before it is parsed."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Called for every class, function and module."""
        if obj.docstring:
            obj.docstring.value = obj.docstring.value.replace("\nExample:\n", "\nExamples:\n")
