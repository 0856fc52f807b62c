"""What a notebook shows: pictures with words, tables, the loss while it falls, attention.

Everything that a learner may have typed is escaped in here, and nowhere else.
"""

from gptlab.display.attention import bertviz
from gptlab.display.losses import DRAWING_SHARE, REDRAW_EVERY, LossPicture, live_loss
from gptlab.display.pictures import Plotly, show, table

__all__ = [
    "DRAWING_SHARE",
    "REDRAW_EVERY",
    "LossPicture",
    "Plotly",
    "bertviz",
    "live_loss",
    "show",
    "table",
]
