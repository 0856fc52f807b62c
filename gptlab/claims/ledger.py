"""The claims, read from `ledger.toml`, which people review."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

VERDICTS = ("holds", "holds with limits", "misleading", "false")
KINDS = ("runnable", "historical")

LEDGER = resources.files("gptlab.claims") / "ledger.toml"
FIELDS = frozenset(
    "notebook says verdict fact source checked said experiments kind".split()
)  # of a claim in the file


class Place(NamedTuple):
    """Where a claim was said."""

    article: str
    """The article's file name."""
    line: int
    """The line in it, counted from 1."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One thing that people say about GPT, and what holds.

    The texts are English messages; what shows them looks up their translation.

    Args:
        id: What lessons call it, such as `stop-words-removed`.
        notebook: The lesson that it belongs to, two digits.
        says: The claim, in our words.
        verdict: What the ledger says about it: one of `VERDICTS`.
        fact: What is right.
        source: Paper and section.
        checked: Whether the source was looked up or the fact computed; else it is from memory.
        said: Where it was said.
        experiments: What measures it.
        kind: Whether a measurement decides (`runnable`) or the record does (`historical`).

    Raises:
        ValueError: A text is empty or has braces, or a word is not one of the choices.
    """

    id: str
    notebook: str
    says: str
    verdict: str
    fact: str
    source: str
    checked: bool
    said: tuple[Place, ...]
    experiments: tuple[str, ...]
    kind: str

    def __post_init__(self) -> None:
        for name, choices in (("verdict", VERDICTS), ("kind", KINDS)):
            if getattr(self, name) not in choices:
                self._refuse(f"{name} to be one of {', '.join(choices)}", getattr(self, name))
        for name in ("says", "fact", "source"):
            text = getattr(self, name)
            if not text.strip() or "{" in text or "}" in text:
                self._refuse(f"{name} to be a text without braces", text)
        if not re.fullmatch(r"\d\d", self.notebook):
            self._refuse("notebook to be two digits, such as 01", self.notebook)
        if self.kind == "runnable" and not self.experiments:
            self._refuse("a runnable claim to name its experiments", self.experiments)

    def _refuse(self, expected: str, came: object) -> None:
        raise ValueError(
            f"claim {self.id}: expected {expected}, came {came!r}. Mend it in {LEDGER.name}."
        )


def claims(notebook: str | int | None = None) -> tuple[Claim, ...]:
    """List the claims of one lesson, or all, in the ledger's order.

    Args:
        notebook: The lesson's number, such as `1` or `"01"`.

    Raises:
        ValueError: The ledger has no claims of that lesson.

    Example:
        >>> len(claims("01"))
        12
    """
    everything = tuple(_ledger().values())
    if notebook is None:
        return everything
    number = f"{int(notebook):02}" if str(notebook).isdecimal() else str(notebook)
    chosen = tuple(entry for entry in everything if entry.notebook == number)
    if not chosen:
        there = ", ".join(sorted({entry.notebook for entry in everything}))
        raise ValueError(
            f"expected a lesson that the ledger has claims of ({there}), came {notebook!r}. "
            "Choose one of them, or leave it out for all claims."
        )
    return chosen


def claim(id: str) -> Claim:
    """Look a claim up.

    Raises:
        ValueError: The ledger has no claim of that name.

    Example:
        >>> claim("stop-words-removed").verdict
        'false'
    """
    try:
        return _ledger()[id]
    except KeyError:
        near = get_close_matches(id, _ledger(), n=3, cutoff=0.5)
        advice = f"Did you mean {', '.join(near)}?" if near else "claims() lists all."
        raise ValueError(
            f"expected the id of one of {len(_ledger())} claims, came {id!r}. {advice}"
        ) from None


@cache
def _ledger() -> dict[str, Claim]:
    return read(LEDGER.read_text(encoding="utf-8"))


def read(toml: str) -> dict[str, Claim]:
    """Read a ledger.

    Raises:
        ValueError: It is not TOML, or a claim is not complete; the message names the claim.
    """
    tables = tomllib.loads(toml)
    articles = tables.get("articles", {})
    return {id: _entry(id, table, articles) for id, table in tables["claims"].items()}


def _entry(id: str, table: Mapping[str, Any], articles: Mapping[str, str]) -> Claim:
    if table.keys() != FIELDS:
        wrong = ", ".join(sorted(table.keys() ^ FIELDS))
        raise ValueError(
            f"claim {id}: expected the fields {', '.join(sorted(FIELDS))}; missing or unknown: "
            f"{wrong}. Mend it in {LEDGER.name}."
        )
    said = places(id, table["said"], articles)
    return Claim(id=id, **{**table, "said": said, "experiments": tuple(table["experiments"])})


def places(
    id: str, written: Iterable[str], articles: Mapping[str, str] | None = None
) -> tuple[Place, ...]:
    """Read places such as `004:55`, an article's number and a line.

    Args:
        id: Of what was said there, for the complaint.
        written: The places.
        articles: File name by number; the ledger's if not given.

    Raises:
        ValueError: There is no such article, or the line is no number.
    """
    known = _articles() if articles is None else articles
    return tuple(_place(id, place, known) for place in written)


@cache
def _articles() -> Mapping[str, str]:
    found: Mapping[str, str] = tomllib.loads(LEDGER.read_text(encoding="utf-8"))["articles"]
    return found


def _place(id: str, place: str, articles: Mapping[str, str]) -> Place:
    article, _, line = place.partition(":")
    if article not in articles or not line.isdecimal():
        raise ValueError(
            f"claim {id}: expected a place such as 004:55, its article one of "
            f"{', '.join(articles)}, came {place!r}. Mend it in {LEDGER.name}."
        )
    return Place(articles[article], int(line))
