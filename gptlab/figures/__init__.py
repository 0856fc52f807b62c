"""Pictures from numbers: no function here runs a model, each returns a `style.Picture`."""

from gptlab.figures.attention import MOST_LABELS, MOST_NUMBERS, pattern_heatmap
from gptlab.figures.course import Lesson, course_map, lessons
from gptlab.figures.loss import MEAN_OVER, loss_against_time, loss_curve
from gptlab.figures.parts import parameter_bars

__all__ = [
    "MEAN_OVER",
    "MOST_LABELS",
    "MOST_NUMBERS",
    "Lesson",
    "course_map",
    "lessons",
    "loss_against_time",
    "loss_curve",
    "parameter_bars",
    "pattern_heatmap",
]
