"""Writing on with a recurrent model, which needs nothing of the text but its memory."""

from collections.abc import Sequence

import torch

from gptlab.rnn.model import Memory, RecurrentLM


def write(
    model: RecurrentLM,
    tokens: Sequence[int],
    n_tokens: int,
    *,
    memory: Memory,
    generator: torch.Generator,
    temperature: float = 1.0,
) -> list[int]:
    """Read tokens, and write on, one token at a time.

    Args:
        model: The model, on the CPU.
        tokens: What it reads first, at least one token.
        n_tokens: How many tokens to write.
        memory: What it knows of the text before; afterwards it knows all but the last new token.
        generator: Where the tokens are drawn from.
        temperature: Divides the logits: below 1 likely tokens become likelier.

    Raises:
        ValueError: If the temperature is not positive, or there is no token to read.
    """
    if not temperature > 0:
        raise ValueError(f"temperature divides the logits, so it is above 0; got {temperature}.")
    written: list[int] = []
    unread = torch.tensor([list(tokens)])
    with torch.inference_mode():
        for _ in range(n_tokens):
            shares = (model(unread, memory)[0, -1] / temperature).softmax(dim=-1)
            unread = torch.multinomial(shares, 1, generator=generator)[None]
            written.append(int(unread))
    return written
