"""What heads do and whether it matters, and what running a model costs."""

from gptlab.measures.calibration import TENTHS, Reliability, of_likeliest, reliability
from gptlab.measures.effects import (
    Edits,
    effects,
    evened,
    loss,
    mixed_up,
    switched_off,
    zeroing,
)
from gptlab.measures.enumerating import (
    by_bayes,
    divergence,
    every_text,
    joint,
    variation,
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
from gptlab.measures.orderings import (
    as_likely_by_chance,
    chances_of_order,
    multinomial_log_prob,
    orderings,
)
from gptlab.measures.orders import in_both_orders
from gptlab.measures.prefixes import Occurrences
from gptlab.measures.priors import l2_penalty, log_normal_prior
from gptlab.measures.repetition import Loop, distinct, ending_loop
from gptlab.measures.roles import LEAST, ROLES, named, repeated, role_scores, scrambled
from gptlab.measures.running import counted_flops, peak_bytes, seconds, slope
from gptlab.measures.sentences import log_probs
from gptlab.measures.softness import Softness, share_of_good_key, softness
from gptlab.measures.sources import MarkovSource
from gptlab.measures.waiting import products_in_a_row

__all__ = [
    "LEAST",
    "PARTS_OF_SPEECH",
    "ROLES",
    "TENTHS",
    "Agreement",
    "Edits",
    "Loop",
    "MarkovSource",
    "NGrams",
    "Occurrences",
    "Reliability",
    "Softness",
    "agreement",
    "agreement_score",
    "agreements",
    "as_likely_by_chance",
    "by_bayes",
    "chances_of_order",
    "counted_flops",
    "distinct",
    "divergence",
    "effects",
    "ending_loop",
    "evened",
    "every_text",
    "in_both_orders",
    "influence",
    "influence_on",
    "joint",
    "l2_penalty",
    "labelled_gaps",
    "last_row",
    "log_normal_prior",
    "log_probs",
    "loss",
    "mixed_up",
    "multinomial_log_prob",
    "named",
    "of_likeliest",
    "orderings",
    "peak_bytes",
    "products_in_a_row",
    "rank_correlation",
    "reliability",
    "repeated",
    "role_scores",
    "rollout",
    "scrambled",
    "seconds",
    "share_of_good_key",
    "slope",
    "softness",
    "switched_off",
    "variation",
    "without_each_token",
    "zeroing",
]
