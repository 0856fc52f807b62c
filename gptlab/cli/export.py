"""`gptlab export`: write a model in another project's form."""

from argparse import Namespace
from pathlib import Path

from gptlab import checkpoints, weights
from gptlab.catalogue import text as _


def run(options: Namespace) -> int:
    """Write a Hugging Face directory."""
    model, tokenizer = checkpoints.load(options.model, "cpu")
    weights.to_hf(model, Path(options.out), tokenizer)
    print(
        _(
            'wrote {folder}; open it with transformers.GPT2LMHeadModel.from_pretrained("{folder}")',
            folder=options.out,
        )
    )
    return 0
