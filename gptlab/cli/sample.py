"""`gptlab sample`: let a model continue a text."""

from argparse import Namespace

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
    print(options.prompt, end="", flush=True)
    for piece in pieces:
        print(piece, end="", flush=True)
    print()
    return 0
