"""Draw the pictures that README and slides use, from the functions that the lessons use.

    python -m tools.figures [NAME ...]    writes figures/NAME.svg and .png; all if none is named

Drawn twice on one machine, a picture has the same bytes: no dates, no random ids.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import torch

import gptlab
from gptlab import (
    GPT,
    checkpoints,
    corpora,
    data,
    figures,
    masks,
    measures,
    receptive,
    style,
    tokenizers,
    vectors,
)
from gptlab.catalogue import text as _
from gptlab.experiments import decoding, parts, recorded, scaling
from gptlab.experiments.contenders import CONTENDERS
from gptlab.files import write_atomically
from gptlab.positions import sinusoids
from gptlab.style import Picture
from gptlab.tokenizers import ByteBPE, Tokenizer
from gptlab.untrained import untrained_twin
from gptlab.vectors import wordlists

FOLDER = Path(__file__).resolve().parents[1] / "figures"
MODEL = "shakespeare"
SENTENCE = "The cat sat on the mat"
LAYER, HEAD = 1, 0  # as in lesson 0: not chosen by how the picture looks
WORD = " unhappiness the"  # this and what follows as in lesson 1
PEONY = "春天的原野上,到处一片生机勃勃,百花盛开,其中最美丽、最耀眼的当然是牡丹"
ENGLISH = "All human beings are born free and equal in dignity and rights."
CHINESE = "人人生而自由，在尊严和权利上一律平等。"
N_MERGES = (0, 50, 100, 200, 500, 1000, 1792)


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


def merge_replay() -> Picture:
    return figures.merge_replay(own_tokenizer(), WORD)


def costs_against_merges() -> Picture:
    """Draw one held-out play and one Chinese sentence, as lesson 1 does."""
    own, play = own_tokenizer(), corpora.shakespeare().validation[:20_000]
    texts = {_("a play that was held out"): play, _("a Chinese sentence"): PEONY}
    parts = [ByteBPE(name=f"{n} merges", merges=own.merges[:n]) for n in N_MERGES]
    costs = {
        name: [len(part.encode(text)) / len(text.encode()) for part in parts]
        for name, text in texts.items()
    }
    return figures.tokens_against_merges(N_MERGES, costs)


def costs_of_languages() -> Picture:
    vocabularies: dict[str, Tokenizer] = {
        "GPT-2": tokenizers.gpt2(),
        "cl100k": tokenizers.cl100k(),
        "o200k": tokenizers.o200k(),
        _("ours"): own_tokenizer(),
    }
    costs = {
        language: {name: len(each.encode(text)) for name, each in vocabularies.items()}
        for language, text in {_("English"): ENGLISH, _("Chinese"): CHINESE}.items()
    }
    return figures.token_costs({_("tokens for the same sentence"): costs})


def likeness() -> Picture:
    """Draw the cosines of random pairs, of opposites and of synonyms, as lesson 2 does."""
    glove = vectors.glove(20_000)
    kinds = {_("opposites"): wordlists.ANTONYMS, _("synonyms"): wordlists.SYNONYMS}
    means = {kind: fmean(glove.cosine(*pair) for pair in pairs) for kind, pairs in kinds.items()}
    drawn = {
        _("GloVe"): glove.random_cosines(20_000),
        _("GloVe, mean removed"): glove.centred().random_cosines(20_000),
    }
    return figures.cosine_histogram(drawn, means)


def position_tables() -> Picture:
    model = gptlab.load(MODEL, device="cpu")[0]
    tables = {
        _("sinusoidal"): sinusoids(model.cfg.n_ctx, model.cfg.d_model),
        _("learned"): learned_positions(model),
        _("untrained (control)"): learned_positions(untrained_twin(model)),
    }
    return figures.position_tables(tables)


def learned_positions(model: GPT) -> torch.Tensor:
    return model.get_parameter("positions.W_pos").detach()


def induction() -> Picture:
    """Draw the recorded experiment of lesson 4: two layers learn to repeat, one does not."""
    long = recorded("induction")
    shown = {"two layers": _("two layers"), "one layer": _("one layer")}
    return figures.measured_curves(
        [int(step) for step in long.values("steps")[0]],
        {name: long.values(f"{key}: loss") for key, name in shown.items()},
        across=_("steps"),
        up=_("loss on the repetition, nats"),
    )


def recall() -> Picture:
    """Draw the recorded experiment of lesson 5."""
    far = recorded("recall-distance")
    return figures.recall_curves(
        {name: far.values(f"{name}: right") for name in CONTENDERS},
        far.mean("distances"),
        chance=far.mean("chance"),
        place=_("distance in tokens"),
        logarithmic=True,
    )


def two_objectives() -> Picture:
    """Draw the recorded experiment of lesson 6: each model's own loss."""
    record = recorded("objectives")
    return figures.measured_curves(
        [int(step) for step in record.values("steps")[0]],
        {
            _("next token"): record.values("next loss"),
            _("gaps"): record.values("masked loss"),
        },
        across=_("steps"),
        up=_("own loss, nats per target"),
    )


def methods_and_labels() -> Picture:
    """Draw the recorded experiment of lesson 7."""
    record = recorded("finetuning")
    shown = {
        "full": _("all weights"),
        "LoRA": _("LoRA"),
        "last layer": _("last layer"),
        "from scratch": _("from scratch"),
        "TF-IDF": _("TF-IDF"),
    }
    return figures.recall_curves(
        {name: record.values(f"{key}: right") for key, name in shown.items()},
        record.mean("labels"),
        chance=1 / 3,
        place=_("labelled speeches"),
        logarithmic=True,
    )


def masks_and_layers() -> Picture:
    """Draw what each mask of lesson 11 reaches, by layers."""
    shown: dict[str, masks.Mask] = {
        _("full"): masks.Causal(),
        _("chunks"): masks.Chunked(8),
        _("band"): masks.SlidingWindow(8),
        _("strided"): masks.Strided(8),
        _("random"): masks.RandomKeys(4, 4),
        _("two-level"): masks.TwoLevel(8),
    }
    needed = {
        name: receptive.layers_needed(masks.allowed(mask, 64), 4) for name, mask in shown.items()
    }
    return figures.patterns(needed, n_layers=4)


def costs_of_parts() -> Picture:
    """Draw the recorded experiment of lesson 10."""
    return figures.costs_of_parts(parts.costs([run.numbers for run in recorded("parts").runs]))


def calibration() -> Picture:
    """Draw whether the shipped model's percentages come true, as lesson 12 does."""
    model, tokenizer = gptlab.load(MODEL, device="cpu")
    plays = corpora.shakespeare()
    texts = {_("held-out plays"): plays.validation, _("plays it read"): plays.train}
    found = {}
    for name, text in texts.items():
        ids = torch.tensor(tokenizer.encode(text[:60_000]))
        inputs, targets = next(data.ordered_windows(ids, 64, 150))
        with torch.inference_mode():
            found[name] = measures.of_likeliest(model(inputs).flatten(0, 1), targets.flatten())
    curves = {name: (each.n, each.promised, each.came) for name, each in found.items()}
    return figures.reliability_diagram(curves, {name: each.error for name, each in found.items()})


def likely_against_varied() -> Picture:
    """Draw the recorded experiment of lesson 9: every way of decoding beside the play."""
    record, names = recorded("decoding"), (decoding.PLAY, *decoding.WAYS)
    likely, varied = (
        {name: record.values(f"{kind}: {name}") for name in names}
        for kind in ("log-prob", "distinct")
    )
    return figures.likely_against_varied(likely, varied, decoding.PLAY)


def own_tokenizer() -> ByteBPE:
    tokenizer = gptlab.load(MODEL, device="cpu")[1]
    if not isinstance(tokenizer, ByteBPE):
        raise TypeError(f"expected {MODEL} to have a byte-level BPE, got {type(tokenizer)}")
    return tokenizer


def power_laws() -> Picture:
    """Draw the recorded experiment of lesson 8: loss against size, data and steps."""
    return figures.power_laws(scaling.grids([run.numbers for run in recorded("scaling").runs]))


PICTURES: dict[str, Callable[[], Picture]] = {
    "00_course_map": course_map,
    "00_attention": attention,
    "00_loss": loss,
    "01_merge_replay": merge_replay,
    "01_costs_against_merges": costs_against_merges,
    "01_costs_of_languages": costs_of_languages,
    "02_likeness": likeness,
    "03_position_tables": position_tables,
    "04_induction": induction,
    "05_recall": recall,
    "06_objectives": two_objectives,
    "07_finetuning": methods_and_labels,
    "11_masks": masks_and_layers,
    "08_power_laws": power_laws,
    "09_likely_against_varied": likely_against_varied,
    "10_costs_of_parts": costs_of_parts,
    "12_calibration": calibration,
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
