"""Pairs of sentences in the articles that cannot both hold, and what decides between them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from gptlab.claims.ledger import Place, claim, places

FILE = resources.files("gptlab.claims") / "contradictions.toml"
ANSWERS = ("first", "second", "both", "neither")


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two statements, of which a reader is asked to believe one.

    The texts are English messages; what shows them looks up their translation.

    Args:
        id: What the board calls it.
        question: What they disagree about.
        first: What one place says, in our words.
        second: What the other says.
        answer: Which of them holds for GPT: one of `ANSWERS`.
        because: What is right.
        claims: Ids of the claims whose verdicts decide.
        said: The two places.

    Raises:
        ValueError: The answer is none of `ANSWERS`, or the ledger lacks a claim.
    """

    id: str
    question: str
    first: str
    second: str
    answer: str
    because: str
    claims: tuple[str, ...]
    said: tuple[Place, ...]

    def __post_init__(self) -> None:
        if self.answer not in ANSWERS:
            raise ValueError(
                f"contradiction {self.id}: expected an answer of {', '.join(ANSWERS)}, came "
                f"{self.answer!r}. Mend it in {FILE.name}."
            )
        for each in self.claims:
            claim(each)


@cache
def contradictions() -> tuple[Contradiction, ...]:
    """List them in the order of the lessons that decide."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Contradiction(
            id=id,
            **{k: v for k, v in table.items() if k not in ("claims", "said")},
            claims=tuple(table["claims"]),
            said=places(id, table["said"]),
        )
        for id, table in tables.items()
    )
