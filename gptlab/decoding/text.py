"""Text from text: the same steps, with a tokenizer around them."""

import codecs
from collections.abc import Iterable, Iterator
from itertools import islice

import torch

from gptlab.decoding.generation import check_n_tokens, steps
from gptlab.decoding.rules import GREEDY, Sampling
from gptlab.gpt import GPT
from gptlab.tokenizers import Tokenizer


def stream_text(
    model: GPT,
    tokenizer: Tokenizer,
    prompt: str,
    n_tokens: int,
    *,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
) -> Iterator[str]:
    """Continue a prompt in pieces of text, each as soon as its characters are whole.

    Args:
        model: The model.
        tokenizer: The tokenizer that the model was trained with.
        prompt: At least one character; it is not among the pieces.
        n_tokens: How many tokens to add.
        sampling: The decoding rule.
        generator: Source of the random numbers, on the CPU; needed unless the rule is greedy.

    Yields:
        Pieces of text, none of them empty.

    Raises:
        ValueError: As for `generate`, or if the prompt is empty.
    """
    check_n_tokens(n_tokens)
    if not prompt:
        raise ValueError(
            "the prompt is empty, and a model can only continue a text. Pass at least one "
            'character, for example a line break: "\\n".'
        )
    every = steps(model, tokenizer.encode(prompt), sampling=sampling, generator=generator)
    return whole_characters(tokenizer, (step.token for step in islice(every, n_tokens)))


def generate_text(
    model: GPT,
    tokenizer: Tokenizer,
    prompt: str,
    n_tokens: int,
    *,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
) -> str:
    """Return the text that continues a prompt, the prompt not included.

    The arguments and errors are those of `stream_text`.
    """
    return "".join(
        stream_text(model, tokenizer, prompt, n_tokens, sampling=sampling, generator=generator)
    )


def whole_characters(tokenizer: Tokenizer, tokens: Iterable[int]) -> Iterator[str]:
    """Turn tokens into text as they come, and hold back the bytes of unfinished characters.

    A token can end inside a character: 月 is three bytes, 🌙 four. Bytes that never become a
    character appear as U+FFFD, so that all pieces together are what `tokenizer.decode` returns.

    Args:
        tokenizer: The tokenizer that the tokens belong to.
        tokens: Token ids, which may come slowly.

    Yields:
        Pieces of text, none of them empty.
    """
    utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for token in tokens:
        if piece := utf8.decode(tokenizer.token_bytes(token)):
            yield piece
    if piece := utf8.decode(b"", final=True):
        yield piece
