"""`gptlab eval`: measure a model on held-out text."""

from argparse import Namespace
from pathlib import Path

from gptlab import devices, runs
from gptlab.catalogue import text as _
from gptlab.cli import finetune
from gptlab.cli.progress import progress_bar
from gptlab.cli.train import report
from gptlab.finetuning.stored import is_stored


def run(options: Namespace) -> int:
    """Print the loss on validation and test, or what a fine-tuned model reaches."""
    if is_stored(options.model):
        return finetune.evaluate(Path(options.model), devices.choose(options.device))
    with progress_bar(_("measuring")) as move:
        results = runs.measure(
            options.model,
            device=devices.choose(options.device),
            corpus=options.corpus,
            progress=move,
        )
    for split, evaluation in results.items():
        print(report(evaluation, split))
    return 0
