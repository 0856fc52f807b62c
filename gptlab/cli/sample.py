"""`gptlab sample`: let a model continue a text."""

from argparse import Namespace
from itertools import chain

import torch

from gptlab import checkpoints, devices
from gptlab.decoding import Sampling, stream_text


def run(options: Namespace) -> int:
    """Print the prompt and its continuation, each character as soon as it is whole."""
    model, tokenizer = checkpoints.load(options.model, devices.choose(options.device))
    pieces = stream_text(
        model,
        tokenizer,
        options.prompt,
        options.tokens,
        sampling=Sampling(
            temperature=options.temperature, top_k=options.top_k, top_p=options.top_p
        ),
        generator=torch.Generator().manual_seed(options.seed),
    )
    # The prompt comes with the first piece: one that does not fit is an error and prints nothing.
    for piece in chain([options.prompt + next(pieces, "")], pieces):
        print(piece, end="", flush=True)
    print()
    return 0
