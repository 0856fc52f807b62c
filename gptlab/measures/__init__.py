"""What heads do and whether it matters, and what running a model costs."""

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
from gptlab.measures.grammar import (
    PARTS_OF_SPEECH,
    Agreement,
    agreement_score,
    agreements,
    labelled_gaps,
)
from gptlab.measures.influence import influence, influence_on
from gptlab.measures.ngrams import NGrams
from gptlab.measures.orders import in_both_orders
from gptlab.measures.roles import LEAST, ROLES, named, repeated, role_scores, scrambled
from gptlab.measures.running import counted_flops, peak_bytes, seconds, slope
from gptlab.measures.softness import Softness, share_of_good_key, softness
from gptlab.measures.waiting import products_in_a_row

__all__ = [
    "LEAST",
    "PARTS_OF_SPEECH",
    "ROLES",
    "Agreement",
    "Edits",
    "NGrams",
    "Softness",
    "agreement",
    "agreement_score",
    "agreements",
    "counted_flops",
    "effects",
    "evened",
    "in_both_orders",
    "influence",
    "influence_on",
    "labelled_gaps",
    "last_row",
    "loss",
    "mixed_up",
    "named",
    "peak_bytes",
    "products_in_a_row",
    "rank_correlation",
    "repeated",
    "role_scores",
    "rollout",
    "scrambled",
    "seconds",
    "share_of_good_key",
    "slope",
    "softness",
    "switched_off",
    "without_each_token",
    "zeroing",
]
