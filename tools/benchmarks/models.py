"""Opening, watching and generating: what a reader waits for."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

import gptlab
from gptlab import GPT, checkpoints, decoding, weights
from gptlab.presets import PRESETS
from tools import notebooks
from tools.benchmarks.timing import REPEATS, Row, in_turns, ratio, spread, times

N_WATCHED, N_PROMPT, N_NEW = 64, 32, 128
ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "gptlab" / "widgets" / "js" / "engine"
SHIPPED = ROOT / "gptlab" / "models" / "shakespeare.safetensors"
LONGEST = ("04_attention", "06_objectives")  # lessons


def opening() -> Iterator[Row]:
    """Opening the shipped model, and importing."""
    seconds = times(lambda: checkpoints.load("shakespeare", "cpu"))
    yield "open the shipped model", spread(seconds, 1000), "ms"
    code = {
        "import torch": "import torch",
        "import gptlab with a model": "import gptlab; gptlab.GPT",
        "gptlab --help": "from gptlab.cli import main\ntry: main(['--help'])\nexcept SystemExit: 0",
    }
    taken = in_turns({name: partial(_python, lines) for name, lines in code.items()})
    for name, values in taken.items():
        yield name, spread(values, 1000), "ms"


def watching() -> Iterator[Row]:
    """All activations of 64 tokens, against Hugging Face's hidden states and attentions."""
    model, _tokenizer = checkpoints.load("shakespeare", "cpu")
    theirs = _hugging_face(model, attn_implementation="eager")  # the one that shows attentions
    ids = torch.randint(model.cfg.d_vocab, (1, N_WATCHED))

    def ours() -> None:
        with gptlab.capture(model) as _cache, torch.inference_mode():
            model(ids)

    def other() -> None:
        with torch.inference_mode():
            theirs(ids, output_attentions=True, output_hidden_states=True)

    taken = in_turns(
        {"Hugging Face, states and attentions": other, "gptlab, every probe": ours}, 25
    )
    for name, seconds in taken.items():
        yield f"watch {N_WATCHED} tokens, {name}", spread(seconds, 1000), "ms"
    yield f"watch {N_WATCHED} tokens, gptlab / Hugging Face", ratio(*taken.values()), "ratio"


def generating() -> Iterator[Row]:
    """Greedy tokens per second with a cache of keys and values, against Hugging Face."""
    lesson = PRESETS["lesson"]
    sizes = replace(lesson.config(lesson.vocab_size), n_ctx=N_PROMPT + N_NEW)
    small = GPT(sizes, generator=torch.Generator().manual_seed(0))
    shipped, _tokenizer = checkpoints.load("shakespeare", "cpu")
    for name, model in {"lesson": small, "shakespeare": shipped}.items():
        taken = in_turns(_writers(model))
        for library, seconds in taken.items():
            rate = spread([N_NEW / s for s in seconds])
            yield f"generate with a cache, {name}, {library}", rate, "tokens/s"
        compared = ratio(*taken.values())
        yield f"generate with a cache, {name}, gptlab / Hugging Face", compared, "ratio"


def _writers(model: GPT) -> dict[str, Callable[[], object]]:
    theirs = _hugging_face(model)
    ids = torch.randint(model.cfg.d_vocab, (N_PROMPT,))

    def ours() -> None:
        decoding.generate(model, ids.tolist(), N_NEW)

    def other() -> None:
        theirs.generate(
            ids[None], max_new_tokens=N_NEW, min_new_tokens=N_NEW, do_sample=False,
            attention_mask=torch.ones_like(ids[None]), pad_token_id=0,
        )  # fmt: skip

    return {"Hugging Face": other, "gptlab": ours}


def engine() -> Iterator[Row]:
    """The page's engine alone, in node: with WebAssembly, and where a page forbids it."""
    script = Path(__file__).with_name("engine.mjs")
    command = ["node", str(script), str(ENGINE), str(SHIPPED), str(N_WATCHED), str(3 * REPEATS)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for name, milliseconds in json.loads(answer).items():
        yield f"page's engine, {N_WATCHED} tokens, {name}", spread(milliseconds), "ms"


def lessons() -> Iterator[Row]:
    """Seconds that the longest notebooks take to run, a fresh kernel included.

    All of them would take longer than all other rows; `pytest tests/test_notebooks.py` times each.
    """
    for source in (source for source in notebooks.sources() if source.stem in LONGEST):
        began = time.perf_counter()
        notebooks.run(source)
        yield f"run {source.stem}", f"{time.perf_counter() - began:.0f}", "s"


def _hugging_face(model: gptlab.GPT, **options: str) -> Any:
    from transformers import GPT2LMHeadModel

    with tempfile.TemporaryDirectory() as folder:
        weights.to_hf(model, folder)
        return GPT2LMHeadModel.from_pretrained(folder, **options).eval()


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
