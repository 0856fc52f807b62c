"""The experiments that there are; each is imported only when it is asked for."""

from importlib import import_module

from gptlab.experiments.experiment import Experiment

# One line per module of this package that defines EXPERIMENT.
NAMES = (
    "alignment",
    "batches",
    "decoding",
    "dpo",
    "entropy-floor",
    "finetuning",
    "forgetting",
    "heads",
    "induction",
    "length",
    "longer",
    "objectives",
    "optimizers",
    "order",
    "parity",
    "parts",
    "positions",
    "rates",
    "recall-beyond",
    "recall-distance",
    "recall-load",
    "regularisation",
    "scaling",
    "schedules",
)


def find(name: str) -> Experiment:
    """Look an experiment up.

    Raises:
        ValueError: There is none of that name.
    """
    if name not in NAMES:
        raise ValueError(
            f"expected an experiment, one of {', '.join(NAMES)}, came {name!r}. gptlab experiment "
            "list says what each one asks."
        )
    experiment: Experiment = import_module(f"{__package__}.{name.replace('-', '_')}").EXPERIMENT
    return experiment
