"""`gptlab sample`: let a model continue a text."""

from argparse import Namespace
from itertools import chain

import torch

from gptlab import checkpoints, devices
from gptlab.cli import finetune
from gptlab.decoding import stream_text
from gptlab.finetuning.stored import is_stored


def run(options: Namespace) -> int:
    """Print the prompt and its continuation, each character as soon as it is whole."""
    if is_stored(options.model):
        return finetune.ask(options)
    model, tokenizer = checkpoints.load(options.model, devices.choose(options.device))
    pieces = stream_text(
        model,
        tokenizer,
        options.prompt,
        options.tokens,
        sampling=finetune.rule(options),
        generator=torch.Generator().manual_seed(options.seed),
    )
    # The prompt comes with the first piece: one that does not fit is an error and prints nothing.
    for piece in chain([options.prompt + next(pieces, "")], pieces):
        print(piece, end="", flush=True)
    print()
    return 0
