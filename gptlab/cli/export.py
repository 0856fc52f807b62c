"""`gptlab export`: write a model in another project's form."""

from argparse import Namespace
from pathlib import Path

from gptlab import checkpoints, weights
from gptlab.catalogue import text as _
from gptlab.tokenizers import ByteBPE


def run(options: Namespace) -> int:
    """Write a Hugging Face directory."""
    model, tokenizer = checkpoints.load(options.model, "cpu")
    ours = isinstance(tokenizer, ByteBPE)
    weights.to_hf(model, Path(options.out), tokenizer if ours else None)
    if not ours:
        print(
            _("the tokenizer {name} was not written: it is not gptlab's BPE", name=tokenizer.name)
        )
    print(
        _(
            "wrote {folder}; open it with "
            'transformers.AutoModelForCausalLM.from_pretrained("{folder}")',
            folder=options.out,
        )
    )
    return 0
