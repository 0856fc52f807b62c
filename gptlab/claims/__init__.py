"""What people say about GPT, and verdicts that a measurement backs."""

from gptlab.claims.bounds import AtLeast, AtMost, Between, at_least, at_most, between
from gptlab.claims.collecting import Collected, collect
from gptlab.claims.ledger import Claim, Place, claim, claims, messages
from gptlab.claims.verdicts import Board, Citation, Verdict, board, cited, verdict

__all__ = [
    "AtLeast",
    "AtMost",
    "Between",
    "Board",
    "Citation",
    "Claim",
    "Collected",
    "Place",
    "Verdict",
    "at_least",
    "at_most",
    "between",
    "board",
    "cited",
    "claim",
    "claims",
    "collect",
    "messages",
    "verdict",
]
