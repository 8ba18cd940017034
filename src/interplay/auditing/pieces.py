"""What an unfinished stage has done so far: a file for every piece of it, thrown away when the stage is finished."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from interplay.auditing.folder import RunFolder
from interplay.training.train import Piece


@dataclass(frozen=True)
class Pieces(Generic[Piece]):
    """A `Keep` for `stage` in the run folder: a killed run does a piece again and not the whole stage.

    `told` hears about a piece that is read back.
    """

    folder: RunFolder
    stage: str
    pack: Callable[[Piece], bytes]
    unpack: Callable[[bytes], Piece]
    told: Callable[[Piece], None]

    def __call__(self, name: str, work: Callable[[], Piece]) -> Piece:
        """The piece kept under this name; otherwise what `work` makes, which is kept."""
        entry, file = f"{self.stage}/{name}", f"pieces/{self.stage}-{name}"
        if self.folder.finished(entry):
            found = self.unpack(self.folder.read(file))
            self.told(found)
            return found
        made = work()
        self.folder.finish(entry, {file: self.pack(made)})
        return made
