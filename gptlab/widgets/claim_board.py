"""`ClaimBoard`: what people say about GPT, voted on first and then held to what was measured.

In a notebook::

    ClaimBoard()
    ClaimBoard(lesson="04", verdict="misleading")
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import traitlets

from gptlab.claims.ledger import VERDICTS
from gptlab.claims.states import STATES
from gptlab.style import Picture
from gptlab.widgets import claim_board_numbers as numbers
from gptlab.widgets.base import LabWidget
from gptlab.widgets.claim_board_picture import draw
from gptlab.widgets.claim_board_words import board_words
from gptlab.widgets.esm import assembled, stylesheet

HERE = Path(__file__).parent


class ClaimBoard(LabWidget):
    """Vote on a claim, then read its verdict, what was measured, and where.

    The view filters and counts itself, in JupyterLab too; what it computes is
    `claim_board_numbers` once more, and tests hold the two equal. The claims come from the ledger
    and from the notebooks as they were last built.

    Args:
        verdict: Shows claims of this verdict alone; empty for all.
        state_of_claim: `measured`, `cited`, `open`, or empty for all.
        lesson: Two digits, or empty for all.
        article: File name of an article, or empty for all.
        query: A text that a claim contains, in any letters.
        page: Which page of the list is shown, from 0.
        dispute: Which pair of contradicting sentences is shown, from 0.
        reveal: Whether verdicts are shown without a vote.
        votes: Claim id to the verdict that the reader chose.

    Raises:
        traitlets.TraitError: There is no such verdict or state, or a number is negative.
        TypeError: An argument is unknown.
        ValueError: There is no such lesson or article.
    """

    _esm = assembled(HERE / "js" / "claimboard.js")
    _css = stylesheet(HERE / "css", "lab", "claims")

    verdict = traitlets.Enum(("", *VERDICTS), "").tag(sync=True, argument=True)
    """Shows claims of this verdict alone; empty for all."""
    state_of_claim = traitlets.Enum(("", *STATES), "").tag(sync=True, argument=True)
    """Shows claims in this state alone; empty for all."""
    lesson = traitlets.Unicode().tag(sync=True, argument=True)
    """Shows claims of this lesson alone, two digits; empty for all."""
    article = traitlets.Unicode().tag(sync=True, argument=True)
    """Shows claims of this article alone, a file name; empty for all."""
    query = traitlets.Unicode().tag(sync=True, argument=True)
    """A text that a claim contains."""
    page = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """Which page of the list is shown, from 0."""
    dispute = traitlets.Int(0, min=0).tag(sync=True, argument=True)
    """Which pair of contradicting sentences is shown, from 0."""
    reveal = traitlets.Bool(False).tag(sync=True, argument=True)
    """Whether verdicts are shown without a vote."""
    votes: traitlets.Dict[str, str] = traitlets.Dict().tag(sync=True, argument=True)
    """Claim id to the verdict that the reader chose; contradictions by `dispute:` and their id."""
    data = traitlets.Bytes().tag(sync=True, computed=True)
    """What `claim_board_numbers.board_bytes` returns."""
    link = traitlets.Unicode(".ipynb#cell-id=").tag(sync=True, computed=True)
    """What stands between a lesson's name and a cell's id in a link to it."""

    @cached_property
    def board(self) -> dict[str, Any]:
        """All claims, as the view gets them."""
        return numbers.board_data()

    @traitlets.validate("lesson", "article")
    def _known(self, proposal: dict[str, Any]) -> str:
        name, value = proposal["trait"].name, str(proposal["value"])
        there = self.board[f"{name}s"]
        if value and value not in there:
            raise ValueError(
                f"expected the {name} to be one of {', '.join(there)}, or empty for all, came "
                f"{value!r}."
            )
        return value

    def page_weights(self) -> list[str]:
        """Name the claims, which a page needs."""
        return ["claims/board"]

    def snapshot(self) -> Picture:
        """Draw the chosen claims of each lesson, by verdict."""
        wanted = {name: getattr(self, name) for name in numbers.FILTERS if name != "state"}
        entries = numbers.chosen(self.board, **wanted, state=self.state_of_claim)
        return draw(entries, self.board["lessons"])

    @traitlets.default("data")
    def _data(self) -> bytes:
        return numbers.board_bytes()

    @traitlets.default("words")
    def _words(self) -> dict[str, Any]:
        return board_words()
