"""Dropout and weight decay where a text is short and where it is long; and who copies.

On 4,000 characters the model passes over the text 51 times; of all plays it sees a twentieth.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch

from gptlab import corpora
from gptlab.catalogue import text as _
from gptlab.decoding import Sampling, generate_text
from gptlab.experiments.characters import (
    drawn,
    followed,
    plays,
    share_right,
    tokenizer,
)
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress
from gptlab.gpt import GPT
from gptlab.measures.copying import longest_copy, novel_share
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training

WIDTH, N_STEPS, N_LOOKS = 64, 200, 8
SHORT = 4_000  # characters
RECIPE = Recipe(lr=0.005, warmup=0.05, decay=0.0, evaluations=N_LOOKS)
CASES: dict[str, tuple[int | None, float, float]] = {
    "short": (SHORT, 0.0, 0.0),
    "short, dropout 0.2": (SHORT, 0.2, 0.0),
    "short, decay 1": (SHORT, 0.0, 1.0),
    "all": (None, 0.0, 0.0),
    "all, dropout 0.2": (None, 0.2, 0.0),
    "all, decay 1": (None, 0.0, 1.0),
}
"""Name to length of the text, dropout, and weight decay."""
WRITERS = ("short", "short, dropout 0.2", "all")  # whose samples are searched for copies
SAMPLING = Sampling(temperature=0.8)
N_SAMPLES, N_WRITTEN, STRETCH = 4, 200, 20  # characters


def trained(
    case: str, seed: int, progress: Progress = lambda share: None, n_steps: int = N_STEPS
) -> tuple[GPT, Numbers]:
    """Train the model of one case.

    Args:
        case: One of `CASES`.
        seed: Of weights, windows, and which piece of the plays the short text is.
        progress: Told the share that is done.
        n_steps: Optimizer steps.

    Returns:
        The model, and `steps`, `seen`, `unseen`, `right`: losses on the text that it learns from
        and on held-out plays in nats per character, and the share of held-out characters that it
        finds likeliest.
    """
    length, dropout, weight_decay = CASES[case]
    model, right = drawn(WIDTH, seed, dropout=dropout), list[float]()
    data = plays(length, seed if length else 0)
    recipe = replace(RECIPE, weight_decay=weight_decay)
    run = Training(model, data, budget=Steps(n_steps), recipe=recipe, seed=seed)
    looks = followed(
        run, progress, also=lambda now: right.append(share_right(now, data.validation))
    )
    return model, {
        "steps": [float(look.step) for look in looks],
        "seen": [look.seen for look in looks],
        "unseen": [look.unseen for look in looks],
        "right": right,
    }


def copied(model: GPT, source: str, seed: int) -> tuple[float, float]:
    """Let a model write, and look for what it wrote in a text.

    Args:
        model: The writer.
        source: The text.
        seed: Of prompts and samples.

    Returns:
        Longest stretch of a sample that stands in the text, in characters, and the share of
        stretches of `STRETCH` characters that do not; means over the samples.
    """
    generator = torch.Generator().manual_seed(seed)
    prompts = held_out_texts(seed, 8)
    samples = [
        generate_text(model, tokenizer(), prompt, N_WRITTEN, sampling=SAMPLING, generator=generator)
        for prompt in prompts
    ]
    return found_in(samples, source)


def found_in(samples: Sequence[str], source: str) -> tuple[float, float]:
    """Return the two means of `copied` for texts that are there already."""
    longest = [float(longest_copy(sample, source)) for sample in samples]
    new = [novel_share(sample, source, STRETCH) for sample in samples]
    return sum(longest) / len(samples), sum(new) / len(samples)


def held_out_texts(seed: int, length: int) -> list[str]:
    """Cut texts at random places of the held-out plays: prompts, or what nobody can have copied."""
    text = corpora.shakespeare().validation
    drawn_places = torch.Generator().manual_seed(seed)
    places = torch.randint(len(text) - length, (N_SAMPLES,), generator=drawn_places)
    return [text[place : place + length] for place in places.tolist()]


def measure(seed: int, progress: Progress) -> Numbers:
    """Train every case, and search the samples of three for copies.

    Args:
        seed: Of all draws.
        progress: Told the share that is done.

    Returns:
        At `steps`: for each case `CASE seen`, `CASE unseen` and `CASE right` as `trained` returns
        them. For `WRITERS`, and for the control, texts of held-out plays held against the same
        text, `copied: NAME` and `new: NAME` as `copied` returns them; the control's names end in
        `, control`.
    """
    found = Numbers()
    for number, case in enumerate(CASES):
        model, numbers = trained(case, seed, part_of(progress, number, len(CASES)))
        found["steps"] = numbers.pop("steps")
        found |= {f"{case} {name}": row for name, row in numbers.items()}
        if case in WRITERS:
            source, real = text_of(case, seed), held_out_texts(seed, N_WRITTEN)
            found[f"copied: {case}"], found[f"new: {case}"] = copied(model, source, seed)
            control = found_in(real, source)
            found[f"copied: {case}, control"], found[f"new: {case}, control"] = control
    return found


def text_of(case: str, seed: int) -> str:
    """Return the text that a case learns from."""
    length, _dropout, _decay = CASES[case]
    ids = plays(length, seed if length else 0).train.ids
    return tokenizer().decode(ids.tolist())


def verdict(runs: Sequence[Numbers]) -> str:
    """Say which helps held-out loss at the end, on the short text and on all, in every seed."""
    found = {}
    for plain in ("short", "all"):
        others = [case for case in CASES if case.startswith(f"{plain},")]
        found[plain] = [
            case.removeprefix(f"{plain}, ")
            for case in others
            if all(_last(run, f"{case} unseen") < _last(run, f"{plain} unseen") for run in runs)
        ]
    return _(
        "Lower loss on held-out plays at the end, in every seed: on the short text with {short}; "
        "on all plays with {all}.",
        **{name: ", ".join(cases) or "–" for name, cases in found.items()},
    )


def _last(run: Numbers, name: str) -> float:
    numbers = run[name]
    assert isinstance(numbers, list)  # what is asked for here is
    return numbers[-1]


EXPERIMENT = Experiment(
    name="regularisation",
    question="What do dropout and weight decay do on a short text and on a long one?",
    claims=("no-regulariser", "ce-improves-accuracy"),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.1,
)
