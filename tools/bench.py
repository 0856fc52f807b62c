"""Measure gptlab side by side with others, on this machine, in one run.

    python -m tools.bench               everything, about ten minutes; writes docs/benchmarks.md
    python -m tools.bench speed open    only these

Nothing else should run meanwhile. Figures are medians with the smallest and the largest beside
them; a ratio above 1 means that gptlab is faster.
"""

from __future__ import annotations

import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.optim import AdamW

import gptlab
from gptlab import checkpoints, corpora, figures, tokenizers
from gptlab.data import Splits, random_batch
from gptlab.devices import best_device, describe
from gptlab.evaluation import evaluate
from gptlab.gpt import GPT
from gptlab.presets import PRESETS, Preset
from gptlab.schedule import Minutes
from gptlab.training import Recipe, Training, train
from tools.bench_pages import pages
from tools.figures import write

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 5
STEPS_PER_REPEAT = 6
COSINE_RATES = (5e-4, 1e-3, 2e-3)
EVALUATIONS = 6
DEVICE = best_device()

Row = tuple[str, str, str]


def speed() -> Iterator[Row]:
    """Training tokens per second against Hugging Face, same sizes, batch, format and optimizer."""
    from transformers import GPT2Config, GPT2LMHeadModel

    for preset in (PRESETS["lesson"], PRESETS["laptop"], PRESETS["shakespeare"]):
        cfg, batch = preset.config(preset.vocab_size), preset.recipe.batch_size
        ids = torch.randint(cfg.d_vocab, (batch, cfg.n_ctx + 1), device=DEVICE)
        theirs = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=cfg.d_vocab,
                n_positions=cfg.n_ctx,
                n_embd=cfg.d_model,
                n_layer=cfg.n_layers,
                n_head=cfg.n_heads,
                resid_pdrop=0.0,
                embd_pdrop=0.0,
                attn_pdrop=0.0,
                use_cache=False,
            )
        ).to(DEVICE)
        ours = GPT(cfg).to(DEVICE)
        steps = {
            "gptlab": _stepper(ours, ours, ids),
            "Hugging Face": _stepper(theirs, _Logits(theirs), ids),
        }
        rates = _interleaved(steps, tokens=batch * cfg.n_ctx)
        ratio = statistics.median(rates["gptlab"]) / statistics.median(rates["Hugging Face"])
        for name, values in rates.items():
            yield f"training, {preset.name}, {name}", _spread(values), "tokens/s"
        yield f"training, {preset.name}, gptlab / Hugging Face", f"{ratio:.2f}", "ratio"


def opening() -> Iterator[Row]:
    """Opening the shipped model, and capturing every activation of 64 tokens."""
    yield (
        "open the shipped model",
        _spread(_times(lambda: checkpoints.load("shakespeare", "cpu")), 1000),
        "ms",
    )
    model, _tokenizer = checkpoints.load("shakespeare", "cpu")
    ids = torch.randint(model.cfg.d_vocab, (1, 64))

    def capture_all() -> None:
        with gptlab.capture(model) as _cache, torch.inference_mode():
            model(ids)

    yield "capture all activations of 64 tokens", _spread(_times(capture_all), 1000), "ms"
    for name, code in {
        "import torch": "import torch",
        "import gptlab with a model": "import gptlab; gptlab.GPT",
        "gptlab --help": "from gptlab.cli import main\ntry: main(['--help'])\nexcept SystemExit: 0",
    }.items():
        seconds = _times(
            lambda code=code: subprocess.run(  # type: ignore[misc]
                [sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL
            )
        )
        yield name, _spread(seconds, 1000), "ms"


def minute() -> Iterator[Row]:
    """One minute of training against AdamW with a cosine schedule at its best learning rate."""
    preset = PRESETS["laptop"]
    corpus = corpora.shakespeare()
    tokenizer = tokenizers.train_bpe(corpus.train, preset.vocab_size)
    data = Splits.of(corpus, tokenizer).to(DEVICE)
    curves: dict[str, list[tuple[float, float]]] = {
        "gptlab (Muon + AdamW)": _our_minute(preset, data)
    }
    for lr in COSINE_RATES:
        curves[f"AdamW, cosine, {lr:g}"] = _cosine_minute(preset, data, lr)
    for name, curve in curves.items():
        yield f"one minute, {name}", f"{curve[-1][1]:.4f}", "nats per token, whole validation"
    best = min(list(curves)[1:], key=lambda name: curves[name][-1][1])
    shown = {name: curves[name] for name in (next(iter(curves)), best)}
    write("bench_minute", figures.loss_against_time(shown))


def _our_minute(preset: Preset, data: Splits) -> list[tuple[float, float]]:
    model = GPT(preset.config(2048), generator=_seed()).to(DEVICE)
    recipe = Recipe(**{**vars(preset.recipe), "evaluations": EVALUATIONS})
    run = Training(model, data, budget=Minutes(1), recipe=recipe)
    return [(r.seconds, r.validation.loss) for r in train(run) if r.validation]


def _cosine_minute(preset: Preset, data: Splits, lr: float) -> list[tuple[float, float]]:
    """Train as most scripts do: AdamW for everything, linear warm-up, cosine to a tenth."""
    model = GPT(preset.config(2048), generator=_seed()).to(DEVICE)
    decayed = [w for w in model.parameters() if w.ndim >= 2]
    others = [w for w in model.parameters() if w.ndim < 2]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = AdamW(groups, lr=lr, betas=(0.9, 0.95), fused=True)
    draws, batch = torch.Generator().manual_seed(0), preset.recipe.batch_size
    seconds = 0.0
    curve: list[tuple[float, float]] = []
    while seconds < 60:
        began, progress = time.perf_counter(), seconds / 60
        cosine = 0.1 + 0.45 * (1 + math.cos(math.pi * progress))
        for group in optimizer.param_groups:
            group["lr"] = lr * min(1.0, progress / 0.02 + 0.01) * cosine
        inputs, targets = random_batch(data.train.ids, batch, preset.n_ctx, draws)
        loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()
        seconds += time.perf_counter() - began
        if int(seconds / 60 * EVALUATIONS) > len(curve):
            curve.append((seconds, evaluate(model, data.validation).loss))
    return curve


class _Logits:
    """Hugging Face's model, called for its logits alone."""

    def __init__(self, model: torch.nn.Module) -> None:
        self.model = model

    def __call__(self, ids: Tensor) -> Tensor:
        logits: Tensor = self.model(ids).logits
        return logits


def _stepper(
    model: torch.nn.Module, logits_of: Callable[[Tensor], Tensor], ids: Tensor
) -> Callable[[], None]:
    optimizer = AdamW(model.parameters(), lr=1e-4, fused=True)

    def step() -> None:
        optimizer.zero_grad()
        loss = F.cross_entropy(logits_of(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()

    return step


def _interleaved(steps: dict[str, Callable[[], None]], tokens: int) -> dict[str, list[float]]:
    """Take turns, so that a slower minute of the machine slows both."""
    rates: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()
    for _ in range(REPEATS):
        for name, step in steps.items():
            began = time.perf_counter()
            for _ in range(STEPS_PER_REPEAT):
                step()
            rates[name].append(tokens * STEPS_PER_REPEAT / (time.perf_counter() - began))
    return rates


def _times(action: Callable[[], object]) -> list[float]:
    action()
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return seconds


def _spread(values: list[float], scale: float = 1.0) -> str:
    low, middle, high = (scale * f(values) for f in (min, statistics.median, max))
    return f"{middle:,.0f} ({low:,.0f} to {high:,.0f})"


def _seed() -> torch.Generator:
    return torch.Generator().manual_seed(0)


BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {
    "speed": speed,
    "opening": opening,
    "pages": pages,
    "minute": minute,
}


def table(rows: list[Row]) -> str:
    """Write the rows as a Markdown page that says what they were measured on."""
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Medians, with the smallest and the largest of "
        f"{REPEATS} repeats in brackets; the one-minute runs are one seed each.",
        "",
        f"{datetime.now(UTC).date()}, commit {commit or 'unknown'}, {describe(DEVICE)}, "
        f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, "
        f"Python {platform.python_version()}. No GPU figure is here unless the device is one.",
        "",
        "| what | measured | unit |",
        "|---|---|---|",
        *(f"| {what} | {value} | {unit} |" for what, value, unit in rows),
        "",
    ]
    return "\n".join(lines)


def main(names: list[str]) -> None:
    """Run the benchmarks named, or all, printing each row as it comes."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        sys.exit(f"unknown benchmark {', '.join(unknown)}; expected {', '.join(BENCHMARKS)}")
    rows = []
    for name in names or BENCHMARKS:
        for row in BENCHMARKS[name]():
            print("{:60} {:>30} {}".format(*row), flush=True)
            rows.append(row)
    if not names:
        (ROOT / "docs" / "benchmarks.md").write_text(table(rows), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
