"""What heads do and whether it matters: roles, effects, explanations, derivatives."""

from gptlab.measures.effects import (
    Edits,
    effects,
    evened,
    loss,
    mixed_up,
    switched_off,
    zeroing,
)
from gptlab.measures.explaining import (
    agreement,
    last_row,
    rank_correlation,
    rollout,
    without_each_token,
)
from gptlab.measures.influence import influence
from gptlab.measures.roles import LEAST, ROLES, named, repeated, role_scores, scrambled
from gptlab.measures.softness import Softness, share_of_good_key, softness

__all__ = [
    "LEAST",
    "ROLES",
    "Edits",
    "Softness",
    "agreement",
    "effects",
    "evened",
    "influence",
    "last_row",
    "loss",
    "mixed_up",
    "named",
    "rank_correlation",
    "repeated",
    "role_scores",
    "rollout",
    "scrambled",
    "share_of_good_key",
    "softness",
    "switched_off",
    "without_each_token",
    "zeroing",
]
