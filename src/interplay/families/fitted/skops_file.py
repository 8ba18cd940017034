"""Trained models in the format of skops: only types that the study trusts by name are built."""

from typing import Any

from interplay.errors import ModelError
from interplay.families.fitted.given import GivenModel, fitted
from interplay.study.model import ModelSection


def read(content: bytes, model: ModelSection, where: str) -> GivenModel:
    """The estimator in a file of skops.

    Raises ModelError where skops is not installed, for a file that is none, and for one that holds a type which is neither usual
    for skops nor trusted by the study; nothing of such a file is built.
    """
    try:
        from skops import io
    except ImportError as error:
        raise ModelError(
            "skops, which reads this file", "none installed", where, "pip install 'interplay[skops]'"
        ) from error
    try:
        untrusted = io.get_untrusted_types(data=content)
    except Exception as error:
        text = f"{type(error).__name__}: {error}".strip().splitlines()[0][:200]
        raise ModelError("a file of skops", text, where, "write the model with skops.io.dump") from error
    if unlisted := sorted(set(untrusted) - set(model.trusted)):
        named = ", ".join(map(repr, unlisted))
        step = f"if you know where it comes from and trust these types, write trusted = [{named}] under [model]"
        raise ModelError("a file of types that the study trusts", f"others: {named}", where, step)
    try:
        found: Any = io.loads(content, trusted=list(model.trusted))
    except Exception as error:
        text = f"{type(error).__name__}: {error}".strip().splitlines()[0][:200]
        raise ModelError("a model of libraries that are installed", text, where, "install them") from error
    return fitted(found, model.classes)
