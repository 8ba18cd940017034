"""The module of `torch.toml`: what a study names as `factory = "torch_module:make"`."""

from torch import Tensor, nn


class Lender(nn.Module):
    """One hidden layer with layer normalisation, which treats each row by itself, as DP-SGD needs it."""

    def __init__(self, columns: int, classes: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(columns, width),
            nn.LayerNorm(width),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Linear(width, classes),
        )

    def forward(self, rows: Tensor) -> Tensor:
        """Class scores (logits), without a softmax."""
        scores: Tensor = self.layers(rows)
        return scores


def make(columns: int, classes: int, width: int = 32) -> nn.Module:
    """An untrained module; `columns` and `classes` are those of the study, `width` one of its options."""
    return Lender(columns, classes, width)
