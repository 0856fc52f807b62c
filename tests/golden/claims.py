"""What Python makes of filters and votes, for `tests/js/claims.test.mjs`."""

from __future__ import annotations

from typing import Any

from gptlab.widgets import claim_board_numbers as numbers

WANTED: list[dict[str, str]] = [
    {},
    {"verdict": "false"},
    {"state": "open"},
    {"lesson": "04", "verdict": "misleading"},
    {"article": "001_5098198bc8441020.txt"},
    {"query": "  WORDS "},
    {"query": "stop-words-removed"},
    {"lesson": "01", "query": "no claim says this"},
]
VOTES: dict[str, str] = {
    "stop-words-removed": "false",
    "gpt-acronym": "false",
    "no-such-claim": "holds",
    "dispute:theta": "second",
}


def cases() -> dict[str, Any]:
    """Return the claims, and for each filter what it lets through."""
    data = numbers.board_data()
    chosen = [numbers.chosen(data, **wanted) for wanted in WANTED]
    return {
        "claims": data["claims"],
        "filters": [
            {
                "wanted": wanted,
                "ids": [claim["id"] for claim in found],
                "verdicts": numbers.counted(found, "verdict"),
                "states": numbers.counted(found, "state"),
            }
            for wanted, found in zip(WANTED, chosen, strict=True)
        ],
        "votes": VOTES,
        "tally": numbers.tally(data, VOTES),
        "page": numbers.PAGE,
    }
