"""From a model's answer to one token: what the rule makes of it, and which token is drawn.

`js/lib/predicting.js` and `js/lib/lens.js` do the same in the page; tests hold them equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gptlab.decoding import Sampling, draw, with_temperature
from gptlab.hashing import uniform
from gptlab.widgets.predicting import logits_of, ranked

Shares = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Decision:
    """How the next token came about.

    Args:
        order: All tokens, from the likeliest on.
        own: The model's own probability of each token, by id.
        made: What the rule made of it.
        warmed: The same before top-k and top-p.
        u: The random number that chose; None if nothing was left to chance.
        token: The choice.
        start: Where its stretch begins when all probabilities are laid end to end from 0 to 1.
    """

    order: NDArray[np.intp]
    own: Shares
    made: Shares
    warmed: Shares
    u: float | None
    token: int
    start: float

    @property
    def end(self) -> float:
        """Where the token's stretch ends."""
        return self.start + float(self.made[self.token])

    @property
    def rank(self) -> int:
        """The token's place among all, 1 for the likeliest."""
        return int(np.flatnonzero(self.order == self.token)[0]) + 1

    def is_cut(self, token: int) -> bool:
        """Tell whether top-k or top-p took away all that a token had."""
        return bool(self.made[token] == 0 and self.warmed[token] > 0)


def decision(answer: dict[str, Any], sampling: Sampling, seed: int) -> Decision:
    """Draw the token that follows.

    Args:
        answer: What `predicting.prediction` returned, without an error.
        sampling: The rule.
        seed: Written token i takes random number i of this row.
    """
    logits = torch.tensor(logits_of(answer), dtype=torch.float64)
    made = sampling.distribution(logits)
    u = None if sampling.is_greedy else uniform(seed, len(answer["written"]))
    token = draw(made, u or 0.0)
    return Decision(
        order=ranked(logits_of(answer)),
        own=logits.softmax(dim=-1).numpy(),
        made=made.numpy(),
        warmed=with_temperature(logits, sampling.temperature).numpy(),
        u=u,
        token=token,
        start=float(made[:token].sum()),
    )


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What a model would say if it ended here.

    Args:
        best: The likeliest token.
        share: Its probability.
        final_share: The probability of the token that the whole model finds likeliest.
        final_rank: That token's place, 1 for the likeliest.
    """

    best: int
    share: float
    final_share: float
    final_rank: int


def stages(answer: dict[str, Any]) -> list[Stage]:
    """Read the lens after the embedding and after each block; empty for a model without one."""
    if answer["lens"] is None:
        return []
    final = int(ranked(logits_of(answer))[0])
    rows = np.frombuffer(answer["lens"], dtype="<f4").reshape(answer["n_layers"] + 1, -1)
    return [_stage(row, final) for row in torch.tensor(rows, dtype=torch.float64).softmax(-1)]


def _stage(shares: torch.Tensor, final: int) -> Stage:
    best, own = int(shares.argmax()), shares[final]
    return Stage(
        best=best,
        share=float(shares[best]),
        final_share=float(own),
        final_rank=int((shares > own).sum()) + 1,
    )
