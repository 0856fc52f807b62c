"""Measure gptlab side by side with others, on this machine, in one run.

    python -m tools.benchmarks                 everything; writes docs/benchmarks.md
    python -m tools.benchmarks speed opening   only these

Nothing else should run meanwhile. Figures are medians with the smallest and the largest beside
them; a ratio above 1 means that gptlab is faster.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import torch

from gptlab.devices import best_device, describe, why_format
from tools.benchmarks.models import engine, generating, lessons, opening, watching
from tools.benchmarks.pages import pages
from tools.benchmarks.timing import REPEATS, Row
from tools.benchmarks.training import speed, time_to_loss

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {
    "speed": speed,
    "generating": generating,
    "watching": watching,
    "opening": opening,
    "engine": engine,
    "pages": pages,
    "lessons": lessons,
    "time_to_loss": time_to_loss,
}


def table(rows: list[Row], minutes: float) -> str:
    """Write the rows as a Markdown page that says what they were measured on."""
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    device = best_device()
    gpu = "" if device.type == "cuda" else " No figure of a GPU was measured."
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` in {minutes:.0f} minutes. Medians, with the smallest and the "
        f"largest of {REPEATS} repeats or more in brackets; runs that measure a loss are one seed "
        "each. A ratio above 1 means that gptlab is faster.",
        "",
        f"{datetime.now(UTC).date()}, commit {commit or 'unknown'}, {describe(device)} "
        f"({torch.cpu.get_capabilities().get('cpu_name', platform.machine())}, "
        f"{os.cpu_count()} cores), torch {torch.__version__}, Python {platform.python_version()}. "
        f"As it trains, gptlab uses {why_format(device)}.{gpu}",
        "",
        "| what | measured | unit |",
        "|---|---|---|",
        *(f"| {what} | {value} | {unit} |" for what, value, unit in rows),
        "",
    ]
    return "\n".join(lines)


def main(names: list[str]) -> None:
    """Run the benchmarks named, or all, printing each row as it comes."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"unknown benchmark {', '.join(unknown)}; expected {', '.join(BENCHMARKS)}")
    began, rows = time.monotonic(), []
    for name in names or BENCHMARKS:
        for row in BENCHMARKS[name]():
            print("{:70} {:>30} {}".format(*row), flush=True)
            rows.append(row)
    if not names:
        minutes = (time.monotonic() - began) / 60
        (ROOT / "docs" / "benchmarks.md").write_text(table(rows, minutes), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
