"""A part of a study file: unknown keys are errors, values are frozen."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of a study; each room of the house declares its own.

    The text below a field is its description in the schema; only that reads it, because it takes reading the source.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
