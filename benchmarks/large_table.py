"""`python -m benchmarks.large_table`: how long `init` and `plan` take on a table of a million rows and fifty columns."""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

ROWS, COLUMNS = 1_000_000, 50


def main() -> None:
    """Make the table, as CSV and as Parquet, and time each command on it once."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        frame = brought()
        frame.to_csv(folder / "large.csv", index=False)
        frame.to_parquet(folder / "large.parquet")
        for name in ("large.csv", "large.parquet"):
            size = (folder / name).stat().st_size / 1e6
            timed(
                folder,
                "init",
                name,
                "--label",
                "y",
                "--favourable",
                "1",
                "--groups",
                "g",
                "--force",
                told=f"{name}, {size:.0f} MB",
            )
            timed(folder, "plan", "study.toml", told=name)


def timed(folder: Path, *words: str, told: str) -> None:
    """Run one command and print what it took."""
    program = str(Path(sys.executable).with_name("interplay"))
    began = time.perf_counter()
    subprocess.run([program, *words], cwd=folder, check=True, capture_output=True)
    print(f"{words[0]} on {told}: {time.perf_counter() - began:.1f} s", flush=True)


def brought() -> pd.DataFrame:
    """Thirty-five numbers, five whole ones, nine categories, a group and a label."""
    draw = np.random.default_rng(0)
    columns: dict[str, object] = {f"x{place}": draw.normal(size=ROWS).round(4) for place in range(35)}
    columns |= {f"n{place}": draw.integers(0, 500, ROWS) for place in range(5)}
    columns |= {
        f"c{place}": draw.choice([f"v{value}" for value in range(4 * place + 3)], ROWS) for place in range(COLUMNS - 42)
    }
    columns["g"] = draw.choice(["a", "b"], ROWS)
    columns["y"] = (np.asarray(columns["x0"]) + draw.logistic(size=ROWS) > 0).astype(int)
    return pd.DataFrame(columns)


if __name__ == "__main__":
    main()
