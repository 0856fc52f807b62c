"""Experiments that train for longer than a lesson can wait, with what was recorded of them.

Each is a module here that defines `EXPERIMENT`; `registry.NAMES` lists them. `gptlab experiment
NAME` records one into `results/NAME.json`, and a lesson reads it with `recorded(NAME)`.
"""

from gptlab.experiments.checking import Comparison, cheapest_third, compare
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.experiments.recording import record
from gptlab.experiments.registry import NAMES, find
from gptlab.experiments.results import RESULTS, Recorded, Run, recorded

__all__ = [
    "NAMES",
    "RESULTS",
    "Comparison",
    "Experiment",
    "Numbers",
    "Progress",
    "Recorded",
    "Run",
    "cheapest_third",
    "compare",
    "find",
    "record",
    "recorded",
]
