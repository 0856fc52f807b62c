"""What a model is asked while it learns: the next token, or tokens that are hidden in the text."""

from gptlab.objectives.hiding import (
    HIDDEN_SHARE,
    MASK_WORD,
    MaskedTokens,
    hide,
    hide_evenly,
    with_gaps,
)
from gptlab.objectives.objective import NOT_ASKED, NextToken, Objective
from gptlab.objectives.stored import from_json, to_json

__all__ = [
    "HIDDEN_SHARE",
    "MASK_WORD",
    "NOT_ASKED",
    "MaskedTokens",
    "NextToken",
    "Objective",
    "from_json",
    "hide",
    "hide_evenly",
    "to_json",
    "with_gaps",
]
