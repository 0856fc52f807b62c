"""`gptlab eval`: measure a model on held-out text."""

from argparse import Namespace

from gptlab import devices, runs
from gptlab.catalogue import text as _
from gptlab.cli.progress import progress_bar
from gptlab.cli.train import report


def run(options: Namespace) -> int:
    """Print the loss on validation and, where there is one, on test."""
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
