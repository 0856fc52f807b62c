"""Questions that check themselves: predict, then run; write a function, then see which case fails.

The exercises of a lesson are functions of `gptlab.exercises.lesson_NN`; each returns an exercise,
which a cell shows and the next one checks.
"""

from gptlab.exercises.choosing import Choice, Order, choice, order
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.feedback import Feedback
from gptlab.exercises.lessons import overview
from gptlab.exercises.predicting import Number, number
from gptlab.exercises.progress import Progress, Record
from gptlab.exercises.soundness import assert_sound

__all__ = [
    "Case",
    "Choice",
    "Code",
    "Exercise",
    "Feedback",
    "Number",
    "Order",
    "Progress",
    "Record",
    "assert_sound",
    "choice",
    "code",
    "number",
    "order",
    "overview",
]
