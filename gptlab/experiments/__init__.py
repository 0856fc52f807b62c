"""Experiments that train for longer than a lesson can wait, with what was recorded of them.

Each is a module here that defines `EXPERIMENT`; `registry.NAMES` lists them. `gptlab experiment run
NAME` records one into `results/NAME.json`, and a lesson reads it with `recorded(NAME)`.
"""

from gptlab.experiments.checking import (
    Comparison,
    Difference,
    cheapest_third,
    clear_differences,
    compare,
)
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.experiments.recording import record
from gptlab.experiments.registry import NAMES, find
from gptlab.experiments.results import RESULTS, Recorded, Run, recorded

__all__ = [
    "NAMES",
    "RESULTS",
    "Comparison",
    "Difference",
    "Experiment",
    "Numbers",
    "Progress",
    "Recorded",
    "Run",
    "Shorter",
    "cheapest_third",
    "clear_differences",
    "compare",
    "find",
    "record",
    "recorded",
]
