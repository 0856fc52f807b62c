"""What a still picture of a `NextToken` shows, and its phrases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gptlab.catalogue import text as _
from gptlab.decoding import Sampling
from gptlab.tokenizers.spelling import visible
from gptlab.widgets.backends import Backend
from gptlab.widgets.deciding import Decision, Stage, decision, stages
from gptlab.widgets.grouping import quoted
from gptlab.widgets.spellings import spelling

N_SAID = 5  # tokens in words
LEAST = 0.00005  # written as 0.01% at least


@dataclass(frozen=True, kw_only=True, eq=False)
class Shown:
    """One answer, and how its next token comes about.

    Args:
        answer: What `predicting.prediction` returned.
        sampling: The rule.
        seed: Chooses the random number.
        name: What the model is called.
        backend: The model, which knows its tokens.
    """

    answer: dict[str, Any]
    sampling: Sampling
    seed: int
    name: str
    backend: Backend

    @cached_property
    def decided(self) -> Decision:
        """How the token comes about; there is none where the answer is an error."""
        return decision(self.answer, self.sampling, self.seed)

    @cached_property
    def stages(self) -> list[Stage]:
        """What the model would say after each stage."""
        return stages(self.answer)

    def spell(self, token: int) -> str:
        """Return the visible form of a token; an id that no token has stays a number."""
        return visible(spelling(self.backend, token)) or f"<{token}>"

    def said(self, stage: Stage) -> str:
        """Name the likeliest token of a stage."""
        return f"{self.spell(stage.best)} {percent(stage.share)}"

    @property
    def title(self) -> str:
        """The text, the model and the rule."""
        return _(
            "{text} · {name} · temperature {temperature:g}, top-k {top_k}, top-p {top_p:g}",
            text=quoted(self.answer["text"], 40),
            name=self.name,
            temperature=self.sampling.temperature,
            top_k=self.sampling.top_k or _("all"),
            top_p=self.sampling.top_p,
        )

    @property
    def drawn(self) -> str:
        """Why this token was taken."""
        decided, token = self.decided, self.spell(self.decided.token)
        if decided.u is None:
            return _("Temperature 0: the likeliest token, {token}, is always taken.", token=token)
        return _(
            "The draw (seed {seed}): u = {u:.4f} falls on {token}, from {start:.4f} to {end:.4f}",
            seed=self.seed,
            u=decided.u,
            token=token,
            start=decided.start,
            end=decided.end,
        )


def in_words(seen: Shown) -> str:
    """Say what the picture shows: the likeliest tokens, the draw, and the layers."""
    if error := seen.answer["error"]:
        return f"NextToken: {quoted(seen.answer['text'])}\n{error}"
    order, own = seen.decided.order, seen.decided.own
    listed = "; ".join(f"{seen.spell(int(t))} {percent(own[t])}" for t in order[:N_SAID])
    rest = percent(float(own[order[N_SAID:]].sum()))
    said = [
        f"NextToken: {seen.title}",
        _("The model’s own probabilities: {listed}; all others {rest}.", listed=listed, rest=rest),
        seen.drawn,
    ]
    layers = [f"{stage_name(row)}: {seen.said(stage)}" for row, stage in enumerate(seen.stages)]
    if layers:
        said.append(_("Likeliest after each stage: {listed}.", listed="; ".join(layers)))
    return "\n".join(said)


def percent(share: float) -> str:
    """Write a probability; small ones with two digits, so that none but 0 reads as 0.

    Example:
        >>> [percent(share) for share in (0.0, 0.000001, 0.0042, 0.42)]
        ['0.0%', '< 0.01%', '0.42%', '42.0%']
    """
    if 0 < share < LEAST:
        return _("< {share}", share=f"{2 * LEAST:.2%}")
    return f"{share:.2%}" if 0 < share < 0.01 else f"{share:.1%}"


def stage_name(row: int) -> str:
    """Name a stage: 0 for the embedding, 1 for the first block, and so on."""
    return _("block {n}", n=row) if row else _("embedding")
