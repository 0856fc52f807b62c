"""Pictures from numbers: no function here runs a model, each returns a `style.Picture`."""

from gptlab.figures.attending import weight_against_effect
from gptlab.figures.attention import MOST_LABELS, MOST_NUMBERS, pattern_heatmap
from gptlab.figures.block import alignment, lens_grid, reach
from gptlab.figures.costs import bends, costs_of_parts, gradients_by_block
from gptlab.figures.course import Lesson, course_map, lessons
from gptlab.figures.decoding import likely_against_varied
from gptlab.figures.heads import heads_grid
from gptlab.figures.length import cost_against_recall, growth, patterns
from gptlab.figures.loss import MEAN_OVER, loss_against_time, loss_curve
from gptlab.figures.merges import MOST_BYTES, merge_replay, tokens_against_merges
from gptlab.figures.parts import parameter_bars
from gptlab.figures.positions import (
    beyond_trained_length,
    colour_limit,
    position_tables,
    products_by_distance,
)
from gptlab.figures.probability import order_scores, reliability_diagram
from gptlab.figures.recall import recall_curves, tuning_curves
from gptlab.figures.recurrence import gradients_by_distance
from gptlab.figures.roles import head_effects, head_roles
from gptlab.figures.tokens import changed_vectors, token_costs
from gptlab.figures.training import power_laws
from gptlab.figures.vectors import (
    arrow_sum,
    cosine_histogram,
    measured_curves,
    word_map,
    word_space,
)

__all__ = [
    "MEAN_OVER",
    "MOST_BYTES",
    "MOST_LABELS",
    "MOST_NUMBERS",
    "Lesson",
    "alignment",
    "arrow_sum",
    "bends",
    "beyond_trained_length",
    "changed_vectors",
    "colour_limit",
    "cosine_histogram",
    "cost_against_recall",
    "costs_of_parts",
    "course_map",
    "gradients_by_block",
    "gradients_by_distance",
    "growth",
    "head_effects",
    "head_roles",
    "heads_grid",
    "lens_grid",
    "lessons",
    "likely_against_varied",
    "loss_against_time",
    "loss_curve",
    "measured_curves",
    "merge_replay",
    "order_scores",
    "parameter_bars",
    "pattern_heatmap",
    "patterns",
    "position_tables",
    "power_laws",
    "products_by_distance",
    "reach",
    "recall_curves",
    "reliability_diagram",
    "token_costs",
    "tokens_against_merges",
    "tuning_curves",
    "weight_against_effect",
    "word_map",
    "word_space",
]
