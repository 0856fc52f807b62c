"""Draw the pictures that README and slides use, from the functions that the lessons use.

    python -m tools.figures [NAME ...]    writes figures/NAME.svg and .png; all if none is named

Drawn twice on one machine, a picture has the same bytes: no dates, no random ids.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import torch

import gptlab
from gptlab import GPT, checkpoints, figures, style, tokenizers
from gptlab.catalogue import text as _
from gptlab.files import write_atomically
from gptlab.style import Picture

FOLDER = Path(__file__).resolve().parents[1] / "figures"
MODEL = "shakespeare"
SENTENCE = "The cat sat on the mat"
LAYER, HEAD = 1, 0  # as in lesson 0: not chosen by how the picture looks


def course_map() -> Picture:
    return figures.course_map(figures.lessons())


def attention() -> Picture:
    model, tokenizer = gptlab.load(MODEL, device="cpu")
    untrained = GPT(model.cfg, generator=torch.Generator().manual_seed(0))
    ids = tokenizer.encode(SENTENCE)
    networks = {_("trained"): model, _("untrained (control)"): untrained}
    patterns = {title: pattern(network, ids) for title, network in networks.items()}
    return figures.pattern_heatmap(patterns, tokenizers.spelled(tokenizer, ids))


def pattern(model: GPT, ids: list[int]) -> torch.Tensor:
    name = f"blocks.{LAYER}.attn.pattern"
    with gptlab.capture(model, name) as cache:
        model(torch.tensor([ids]))
    return cache[name][0, HEAD]


def loss() -> Picture:
    """Draw the recorded log of the shipped model's training."""
    log = checkpoints.recorded_log(MODEL)
    validation = {entry["step"]: entry["validation"] for entry in log if "validation" in entry}
    steps, losses = [e["step"] for e in log], [e["loss"] for e in log]
    return figures.loss_curve(steps, losses, validation)


PICTURES: dict[str, Callable[[], Picture]] = {
    "00_course_map": course_map,
    "00_attention": attention,
    "00_loss": loss,
}


def write(name: str, picture: Picture, folder: Path = FOLDER) -> None:
    write_atomically(folder / f"{name}.svg", style.svg(picture))
    write_atomically(folder / f"{name}.png", style.png(picture))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.figures")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(PICTURES)}; all if none is named")
    names = parser.parse_args(arguments).names
    if unknown := set(names) - PICTURES.keys():
        parser.error(f"no picture {', '.join(sorted(unknown))}; there are {', '.join(PICTURES)}")
    for name in names or PICTURES:
        write(name, PICTURES[name]())
        print(f"figures/{name}.svg, .png", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
