"""What people say about GPT, and verdicts that a measurement backs."""

from gptlab.claims.bounds import AtLeast, AtMost, Between, at_least, at_most, between
from gptlab.claims.collecting import Collected, collect
from gptlab.claims.disputes import Contradiction, contradictions
from gptlab.claims.ledger import Claim, Place, claim, claims
from gptlab.claims.measuring import Measurement, by_claim, collected, measurements
from gptlab.claims.mutating import Survivor, denied, survivors
from gptlab.claims.states import STATES, State, counts, state, states
from gptlab.claims.techniques import Feature, features
from gptlab.claims.translating import messages
from gptlab.claims.verdicts import Board, Citation, Verdict, board, cited, verdict

__all__ = [
    "STATES",
    "AtLeast",
    "AtMost",
    "Between",
    "Board",
    "Citation",
    "Claim",
    "Collected",
    "Contradiction",
    "Feature",
    "Measurement",
    "Place",
    "State",
    "Survivor",
    "Verdict",
    "at_least",
    "at_most",
    "between",
    "board",
    "by_claim",
    "cited",
    "claim",
    "claims",
    "collect",
    "collected",
    "contradictions",
    "counts",
    "denied",
    "features",
    "measurements",
    "messages",
    "state",
    "states",
    "survivors",
    "verdict",
]
