"""One turn of a chat: a prompt goes in, a reply comes out, and nothing else is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch

from gptlab.decoding import GREEDY, DecodingStep, Sampling, steps, whole_characters
from gptlab.finetuning.chat import ChatTemplate, Exchange, Prompt
from gptlab.gpt import GPT


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """A reply, with everything that led to it.

    Args:
        prompt: What the model was given.
        steps: Why each token was chosen; the last one is the end, unless the reply was cut.
        text: The reply.
        finished: Whether the model ended the reply itself.
    """

    prompt: Prompt
    steps: tuple[DecodingStep, ...]
    text: str
    finished: bool


def answer(
    model: GPT,
    template: ChatTemplate,
    said: str,
    *,
    history: Sequence[Exchange] = (),
    n_tokens: int = 48,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
) -> Answer:
    """Reply to a message; the history is read anew each time, because the model keeps nothing.

    Args:
        model: A model with the template's tokens.
        template: How the conversation is written.
        said: The message.
        history: The exchanges before it that the model shall know of, oldest first. Leave one out
            and it is forgotten.
        n_tokens: Longest reply. Prompt and reply share the n_ctx positions, so a longer reply
            leaves less room for the history.
        sampling: The decoding rule.
        generator: Source of the random numbers, on the CPU; needed unless the rule is greedy.

    Raises:
        ValueError: If the reply leaves no room for a prompt, or the generator is missing.
    """
    prompt = template.prompt(said, history, model.cfg.n_ctx - n_tokens)
    taken = tuple(
        answer_steps(
            model, template, prompt, n_tokens=n_tokens, sampling=sampling, generator=generator
        )
    )
    spoken = [*template.until_a_chat_token(step.token for step in taken)]
    text = "".join(whole_characters(template.tokenizer, spoken))
    finished = len(spoken) < len(taken)
    # A reply that is cut may end inside a character, which then has no spelling.
    text = text if finished else text.rstrip("\N{REPLACEMENT CHARACTER}")
    return Answer(prompt=prompt, steps=taken, text=text, finished=finished)


def answer_steps(
    model: GPT,
    template: ChatTemplate,
    prompt: Prompt,
    *,
    n_tokens: int = 48,
    sampling: Sampling = GREEDY,
    generator: torch.Generator | None = None,
) -> Iterator[DecodingStep]:
    """Yield the steps of a reply one by one, up to the token that ends it, which is the last.

    The arguments are those of `answer`.
    """
    stops = set(template.ids.values())
    every = steps(model, prompt.ids, sampling=sampling, generator=generator)
    for step in islice(every, n_tokens):
        yield step
        if step.token in stops:
            return
