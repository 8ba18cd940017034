"""How a model is trained: in steps, on batches of its rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """How a model is trained: every one of `rows` is in a step's batch with chance `rate`, independently, in `steps` steps."""

    rows: int
    rate: float
    steps: int

    @property
    def expected(self) -> float:
        """The expected size of a batch."""
        return self.rows * self.rate
