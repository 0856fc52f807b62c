"""`TokenExplorer`: one text, as several tokenizers cut it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets

from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.tokenizers import ByteBPE, Tokenizer, cl100k, from_json, gpt2, o200k
from gptlab.widgets.base import TextWidget
from gptlab.widgets.counting import MOST_REPLAYED, counted, unknown_character
from gptlab.widgets.esm import assembled, stylesheet
from gptlab.widgets.page_tokenizers import SHIPPED, assets, described, shipped
from gptlab.widgets.token_picture import Row, draw, in_words, row_of
from gptlab.widgets.words import PLACES, shared_words

HERE = Path(__file__).parent
NAMED = {"gpt2": gpt2, "cl100k": cl100k, "o200k": o200k}
EXAMPLE = "The 牡丹 is 美 👩‍🚀!"
DEFAULTS = ("gpt2", "cl100k", "o200k", SHIPPED)


class TokenExplorer(TextWidget):
    """Type any text, and see the tokens of several tokenizers side by side.

    Args:
        text: What is in the text field at first.
        tokenizers: Names (`gpt2`, `cl100k`, `o200k`, `shakespeare` for the one that ships with
            gptlab) or tokenizers. The merges of the first `ByteBPE` can be replayed.
        step: How many of the merges that make this text are replayed; all of them if None.
        show_bytes: Whether to show the bytes of every token, not only of torn characters.

    Raises:
        ValueError: A tokenizer's name is unknown, or the text holds a lone surrogate.
        TypeError: An argument is unknown.
    """

    _esm = assembled(HERE / "js" / "tokens.js")
    _css = stylesheet(HERE / "css", "lab", "tokens")

    step = traitlets.Int(None, allow_none=True, min=0).tag(sync=True, argument=True)
    """How many merges are replayed; None: all of them, also of the next text."""
    show_bytes = traitlets.Bool(False).tag(sync=True, argument=True)
    """Whether every token shows its bytes."""
    result = traitlets.Dict().tag(sync=True)
    """What `counting.counted` returns for the text."""
    tokenizers_json: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    """Where a page without a kernel gets each tokenizer; empty if it cannot open all of them."""

    def __init__(
        self,
        text: str = EXAMPLE,
        *,
        tokenizers: Sequence[str | Tokenizer] = DEFAULTS,
        **arguments: Any,
    ) -> None:
        self.tokenizers = opened(tokenizers)
        super().__init__(text=text, **arguments)

    @traitlets.default("result")
    def _first_result(self) -> dict[str, Any]:
        return counted(self.tokenizers, self.text)

    @traitlets.default("tokenizers_json")
    def _where_a_page_gets_them(self) -> list[dict[str, Any]]:
        return described(self.tokenizers)

    def page_weights(self) -> list[str] | None:
        """Name the vocabularies that a page without a kernel needs; None if it cannot count."""
        return assets(self.tokenizers_json) if self.tokenizers_json else None

    @traitlets.observe("text")
    def _count_again(self, _change: object) -> None:
        self.result = counted(self.tokenizers, self.text)

    @traitlets.default("words")
    def _words(self) -> dict[str, str]:
        return shared_words() | token_words()

    def snapshot(self) -> Picture:
        """Draw the tokens, and the merges replayed so far if `step` is set."""
        rows = [row_of(cut) for cut in self.result["tokenizers"]]
        return draw([*rows, *self._replay()], in_words(self.result, type(self).__name__))

    def _replay(self) -> list[Row]:
        bpe = next((t for t in self.tokenizers if isinstance(t, ByteBPE)), None)
        if bpe is None or self.step is None:
            return []
        steps = bpe.replay(self.text[:MOST_REPLAYED])
        step = min(self.step, len(steps) - 1)
        pieces = [piece for word in steps[step].pieces for piece in word]
        title = _("{name}, after {step} of {n} merges", name=bpe.name, step=step, n=len(steps) - 1)
        return [Row(title, [bpe.table.ranks[piece] for piece in pieces], pieces)]


def opened(tokenizers: Sequence[str | Tokenizer]) -> tuple[Tokenizer, ...]:
    """Open tokenizers by name; those that are open already stay as they are.

    Raises:
        ValueError: A name is unknown or occurs twice, or there is no tokenizer at all.
        TypeError: There is one name instead of several.

    Example:
        >>> [tokenizer.name for tokenizer in opened(["gpt2"])]
        ['gpt2']
    """
    if isinstance(tokenizers, str):
        raise TypeError(
            f"Expected several tokenizers, got the text {tokenizers!r}. Pass ({tokenizers!r},)."
        )
    found = tuple(map(_opened, tokenizers))
    names = [tokenizer.name for tokenizer in found]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"Expected one tokenizer or more, each with a name of its own, got {names}."
        )
    return found


def _opened(tokenizer: str | Tokenizer) -> Tokenizer:
    if isinstance(tokenizer, Tokenizer):
        return tokenizer
    known = ", ".join([*NAMED, SHIPPED])
    if tokenizer == SHIPPED:
        return from_json(shipped())
    if tokenizer not in NAMED:
        raise ValueError(
            f"Expected one of {known}, got {tokenizer!r}. Other tokenizers are passed as objects, "
            "such as gptlab.tokenizers.load(path)."
        )
    return NAMED[tokenizer]()


def token_words() -> dict[str, str]:
    """Return the words of `js/tokens.js`, its parts and its page answer."""
    return {
        "counts": _("bytes: {bytes} · characters: {characters}", **PLACES),
        "counts_joined": _(
            "bytes: {bytes} · characters: {characters} (code points: {code_points})", **PLACES
        ),
        "tokenizer": _("tokenizer"),
        "vocabulary": _("vocabulary"),
        "tokens": _("tokens"),
        "bytes_per_token": _("bytes per token"),
        "characters_per_token": _("characters per token"),
        "number": _("number"),
        "text": _("text"),
        "id": _("id"),
        "bytes": _("bytes"),
        "list": _("{name} · tokens: {tokens}", **PLACES),
        "token": _("token {number} of {total}: {text}, id {id}, bytes {bytes}", **PLACES),
        "part": _("part of {characters}", **PLACES),
        "cut": _("{characters}, cut inside a character", **PLACES),
        "unknown": unknown_character(**PLACES),
        "more": _("… and {n} more, counted but not drawn", **PLACES),
        "none": _("no tokens"),
        "equal": _(
            "Decoded again: equal to your text. Bytes of all tokens: {tokens} = bytes of your "
            "text: {bytes}.",
            **PLACES,
        ),
        "differs": _(
            "Decoded again: not your text. Bytes of all tokens: {tokens}, bytes of your text: "
            "{bytes}.",
            **PLACES,
        ),
        "choose": _("Click a token, or go there with Tab and read on with the arrow keys."),
        "show_bytes": _("show the bytes of every token"),
        "table": _("All tokens as a table"),
        "merges": _("Merges of {name}", **PLACES),
        "merge_none": _("no merge yet: single bytes"),
        "merge": _("merge {step} of {n}: {left} + {right} → {joined}, token {id}", **PLACES),
        "replayed": _("{name}, after {step} of {n} merges", **PLACES),
        "beginning": _("Replayed for the first {n} characters.", **PLACES),
    }
