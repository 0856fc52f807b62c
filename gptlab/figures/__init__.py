"""Pictures from numbers: no function here runs a model, each returns a `style.Picture`."""

from gptlab.figures.attention import MOST_LABELS, MOST_NUMBERS, pattern_heatmap
from gptlab.figures.course import Lesson, course_map, lessons
from gptlab.figures.heads import heads_grid
from gptlab.figures.loss import MEAN_OVER, loss_against_time, loss_curve
from gptlab.figures.merges import MOST_BYTES, merge_replay, tokens_against_merges
from gptlab.figures.parts import parameter_bars
from gptlab.figures.tokens import changed_vectors, token_costs

__all__ = [
    "MEAN_OVER",
    "MOST_BYTES",
    "MOST_LABELS",
    "MOST_NUMBERS",
    "Lesson",
    "changed_vectors",
    "course_map",
    "heads_grid",
    "lessons",
    "loss_against_time",
    "loss_curve",
    "merge_replay",
    "parameter_bars",
    "pattern_heatmap",
    "token_costs",
    "tokens_against_merges",
]
