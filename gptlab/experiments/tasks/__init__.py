"""Synthetic tasks: each has one difficulty, and an oracle that solves it without fail.

| task | what has to be kept |
|---|---|
| `FirstTokenRecall` | one symbol, over a distance |
| `MarkedRecall` | the same, from any place |
| `DelayedCopy` | several symbols in order, over a distance |
| `AssociativeRecall` | which value belongs to which key |
| `BracketMatching` | a stack |
| `Parity` | one bit that every token may turn |
| `PositionOf` | where each symbol stood |
"""

from gptlab.experiments.tasks.associative import AssociativeRecall
from gptlab.experiments.tasks.brackets import BracketMatching
from gptlab.experiments.tasks.copying import DelayedCopy
from gptlab.experiments.tasks.marked import MarkedRecall
from gptlab.experiments.tasks.parity import Parity
from gptlab.experiments.tasks.position_of import PositionOf
from gptlab.experiments.tasks.recall import FirstTokenRecall
from gptlab.experiments.tasks.task import NO_QUESTION, Task, Texts

__all__ = [
    "NO_QUESTION",
    "AssociativeRecall",
    "BracketMatching",
    "DelayedCopy",
    "FirstTokenRecall",
    "MarkedRecall",
    "Parity",
    "PositionOf",
    "Task",
    "Texts",
]
