"""What several verbs take: a study, a folder of runs, where to compute and how much memory."""

import os
from pathlib import Path
from typing import Annotated

import typer

StudyPath = Annotated[Path, typer.Argument(help="The study file (TOML).")]
RunsPath = Annotated[Path, typer.Option(help="The folder for run folders.")]
Device = Annotated[str, typer.Option(help="Where to compute: auto, cpu or gpu.")]
Memory = Annotated[float | None, typer.Option(help="The most memory the run may take, in GB.", min=0.001)]


def compute_on(device: str, memory: float | None) -> None:
    """Choose the device and the memory before anything that computes is imported; the environment's choice is kept."""
    if device != "auto" or "INTERPLAY_DEVICE" not in os.environ:
        os.environ["INTERPLAY_DEVICE"] = device
    if memory is not None:
        os.environ["INTERPLAY_MEMORY"] = str(memory)
