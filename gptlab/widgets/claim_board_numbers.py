"""What a `ClaimBoard` shows: every claim with its state, and what filters and votes make of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gptlab import claims, figures
from gptlab.catalogue import text as _
from gptlab.claims import Measurement, State, bounds, comparing, markup
from gptlab.claims.ledger import VERDICTS
from gptlab.claims.states import STATES

FILTERS = ("verdict", "state", "lesson", "article", "query")
"""What the board can be narrowed by; an empty text lets all through."""
PAGE = 12
"""Claims on a page of the board."""


def board_data() -> dict[str, Any]:
    """Return all claims and contradictions in the language in use, as small JSON."""
    entries = [_claim(each) for each in claims.states()]
    articles = sorted({article for entry in entries for article, _line in entry["said"]})
    titles = {f"{n:02}": title for n, (title, _q, _ready) in enumerate(figures.lessons())}
    return {
        "claims": entries,
        "articles": articles,
        "lessons": {n: titles[n] for n in sorted({entry["lesson"] for entry in entries})},
        "contradictions": [_contradiction(each) for each in claims.contradictions()],
    }


def board_bytes() -> bytes:
    """Write `board_data` as JSON; the same ledger and notebooks give the same bytes."""
    return json.dumps(board_data(), ensure_ascii=False, separators=(",", ":")).encode()


def chosen(data: Mapping[str, Any], **wanted: str) -> list[dict[str, Any]]:
    """List the claims that a filter lets through.

    Args:
        data: What `board_data` returns.
        wanted: Of `FILTERS`; one that is missing or empty lets all through.
    """
    return [claim for claim in data["claims"] if _passes(claim, wanted)]


def counted(entries: Sequence[Mapping[str, Any]], name: str) -> dict[str, int]:
    """Count claims by `verdict` or by `state`, in the ledger's order of words."""
    words = {"verdict": VERDICTS, "state": STATES}[name]
    return {word: sum(entry[name] == word for entry in entries) for word in words}


def tally(data: Mapping[str, Any], votes: Mapping[str, str]) -> dict[str, int]:
    """Count votes, those that say what the ledger says, and those expected of guessing.

    Args:
        data: What `board_data` returns.
        votes: Claim id to the verdict that a reader chose.
    """
    known = {claim["id"]: claim["verdict"] for claim in data["claims"]}
    counted_votes = {id: vote for id, vote in votes.items() if id in known}
    right = sum(known[id] == vote for id, vote in counted_votes.items())
    return {"votes": len(counted_votes), "right": right}


def _passes(claim: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    query = wanted.get("query", "").strip().casefold()
    said = f"{claim['says']}\n{claim['id']}".casefold()
    same = all(
        claim[name] == wanted[name] for name in ("verdict", "state", "lesson") if wanted.get(name)
    )
    article = wanted.get("article", "")
    there = not article or article in {place for place, _line in claim["said"]}
    return same and there and query in said


def _claim(found: State) -> dict[str, Any]:
    entry = found.claim
    return {
        "id": entry.id,
        "lesson": entry.notebook,
        "says": _(entry.says),
        "verdict": entry.verdict,
        "fact": _(entry.fact),
        "source": markup.source(entry),
        "said": [[place.article, place.line] for place in entry.said],
        "state": found.name,
        "reason": found.reason,
        "shown": [_shown(found, each) for each in found.shown],
    }


def _shown(found: State, entry: Measurement) -> dict[str, Any]:
    place = {"lesson": entry.lesson, "cell": entry.cell}
    if not entry.is_measured:
        return place | {"measured": "", "expected": ""}
    row = claims.Verdict(
        claim=found.claim,
        measured=comparing.plain(entry.measured),
        expected=comparing.plain(bounds.bound_of(entry.expected)),
        tolerance=entry.tolerance,
        unit=entry.unit,
    ).row()
    return place | {"measured": row.measured, "expected": row.expected}


def _contradiction(each: claims.Contradiction) -> dict[str, Any]:
    return {
        "id": each.id,
        "question": _(each.question),
        "first": _(each.first),
        "second": _(each.second),
        "answer": each.answer,
        "because": _(each.because),
        "claims": list(each.claims),
        "said": [[place.article, place.line] for place in each.said],
    }
