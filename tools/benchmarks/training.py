"""How fast gptlab trains: tokens per second, and time to a loss, against others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import AdamW

from gptlab import corpora, figures, tokenizers
from gptlab.config import GPTConfig
from gptlab.corpora import Corpus
from gptlab.data import Split, Splits, ordered_windows
from gptlab.datafiles import MissingDataError
from gptlab.devices import best_device
from gptlab.gpt import GPT
from gptlab.presets import PRESETS, Preset, default_preset
from gptlab.schedule import Minutes, Steps
from gptlab.training import Training, train
from tools.benchmarks import plain
from tools.benchmarks.timing import Row, in_turns, ratio, spread
from tools.figures import write

DEVICE = best_device()
STEPS_PER_TURN = 6
MINUTES = (0.25, 1.0)
Curve = list[tuple[float, float]]


def speed() -> Iterator[Row]:
    """Training tokens per second against Hugging Face, same sizes, batch and device.

    Once with the same number format and optimizer and without dropout (float32, AdamW), once each
    at its defaults: GPT2Config's dropout of 0.1 and the loss that `labels` asks for, against
    `gptlab train`.
    """
    for preset in (PRESETS["lesson"], PRESETS["laptop"], PRESETS["shakespeare"]):
        cfg, batch = preset.config(preset.vocab_size), preset.recipe.batch_size
        ids = torch.randint(cfg.d_vocab, (8 * batch * cfg.n_ctx,), device=DEVICE)
        window = ids[: batch * (cfg.n_ctx + 1)].view(batch, -1)
        theirs = hugging_face(cfg).to(DEVICE)
        default = hugging_face(cfg, dropout=0.1).to(DEVICE)
        same, ours = GPT(cfg).to(DEVICE), GPT(cfg, positions=preset.positions).to(DEVICE)
        split = Split(ids, len(ids))
        run = Training(ours, Splits(split, split, split), budget=Steps(10**9), recipe=preset.recipe)
        actions = {
            "Hugging Face, float32, AdamW": _stepper(theirs, _loss_of(_logits_of(theirs)), window),
            "gptlab, float32, AdamW": _stepper(same, _loss_of(same), window),
            "Hugging Face at its defaults": _stepper(default, _own_loss_of(default), window),
            "gptlab at its defaults": run.take_step,
        }
        taken = in_turns({name: _several(action) for name, action in actions.items()})
        tokens = STEPS_PER_TURN * batch * cfg.n_ctx
        for name, seconds in taken.items():
            yield (
                f"training, {preset.name}, {name}",
                spread([tokens / s for s in seconds]),
                "tokens/s",
            )
        same_theirs, same_ours, default_theirs, default_ours = taken.values()
        ratios = {
            "float32, AdamW": ratio(same_theirs, same_ours),
            "at their defaults": ratio(default_theirs, default_ours),
        }
        for how, value in ratios.items():
            yield f"training, {preset.name}, gptlab / Hugging Face, {how}", value, "ratio"


def time_to_loss() -> Iterator[Row]:
    """Validation loss against seconds: nanoGPT's laptop settings, and `gptlab train`."""
    corpus = _characters()
    tokenizer = tokenizers.CharTokenizer(alphabet=corpus.alphabet())
    data = Splits.of(corpus, tokenizer)
    torch.manual_seed(0)
    curves: dict[str, Curve] = {}
    written = plain.PlainGPT(tokenizer.vocab_size)
    curves["plain PyTorch, nanoGPT's laptop settings"] = _plainly(written, written, data)
    cfg = GPTConfig(
        d_vocab=tokenizer.vocab_size,
        n_ctx=plain.N_CTX,
        d_model=plain.D_MODEL,
        n_layers=plain.N_LAYERS,
        n_heads=plain.N_HEADS,
    )
    theirs = hugging_face(cfg)
    # To the end, which lies where the other's does, it would take a sixth of all time.
    curves["Hugging Face, the same settings"] = _plainly(
        _logits_of(theirs), theirs, data, until=2.0
    )
    for minutes in MINUTES:
        curves[f"gptlab train --minutes {minutes:g}"] = _ours(minutes, data)
    for name, curve in curves.items():
        seconds, loss = curve[-1]
        yield f"{corpus.name}, {name}", f"{loss:.4f} after {seconds:.0f} s", "nats per character"
    write("bench_minute", figures.loss_against_time(curves))


def hugging_face(cfg: GPTConfig, dropout: float = 0.0) -> nn.Module:
    """Return Hugging Face's GPT-2 of the same sizes."""
    from transformers import GPT2Config, GPT2LMHeadModel

    model: nn.Module = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=cfg.d_vocab,
            n_positions=cfg.n_ctx,
            n_embd=cfg.d_model,
            n_layer=cfg.n_layers,
            n_head=cfg.n_heads,
            resid_pdrop=dropout,
            embd_pdrop=dropout,
            attn_pdrop=dropout,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
    return model


def _characters() -> Corpus:
    """nanoGPT's text where it was downloaded, else the plays that come with gptlab."""
    try:
        return corpora.tiny_shakespeare()
    except MissingDataError:
        return corpora.shakespeare()


def _ours(minutes: float, data: Splits) -> Curve:
    budget = Minutes(minutes)
    preset: Preset = default_preset(DEVICE, budget)
    cfg = preset.config(int(data.train.ids.max()) + 1)
    model = GPT(cfg, positions=preset.positions, generator=torch.Generator().manual_seed(0))
    run = Training(model.to(DEVICE), data, budget=budget, recipe=preset.recipe)
    return [(r.seconds, r.validation.loss) for r in train(run) if r.validation]


def _plainly(
    logits_of: Callable[[Tensor], Tensor], model: nn.Module, data: Splits, until: float = 0.0
) -> Curve:
    validation = data.validation.ids

    def loss() -> float:
        total = 0.0
        with torch.inference_mode():
            for inputs, targets in ordered_windows(validation, plain.N_CTX, 64):
                logits = logits_of(inputs).flatten(0, 1)
                total += F.cross_entropy(logits, targets.flatten(), reduction="sum").item()
        return total / (len(validation) - 1)

    curve: Curve = []
    for point in plain.trained(logits_of, model, data.train.ids, loss):
        curve.append(point)
        if point[1] <= until:
            break
    return curve


def _logits_of(model: nn.Module) -> Callable[[Tensor], Tensor]:
    def call(ids: Tensor) -> Tensor:
        logits: Tensor = model(ids).logits
        return logits

    return call


def _loss_of(logits_of: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def call(window: Tensor) -> Tensor:
        logits = logits_of(window[:, :-1]).flatten(0, 1)
        return F.cross_entropy(logits, window[:, 1:].flatten())

    return call


def _own_loss_of(model: nn.Module) -> Callable[[Tensor], Tensor]:
    # Asks for one token less in each window, since it shifts the labels itself.
    def call(window: Tensor) -> Tensor:
        read = window[:, :-1]
        loss: Tensor = model(read, labels=read).loss
        return loss

    return call


def _stepper(
    model: nn.Module, loss_of: Callable[[Tensor], Tensor], window: Tensor
) -> Callable[[], None]:
    optimizer = AdamW(model.parameters(), lr=1e-4, fused=True)

    def step() -> None:
        optimizer.zero_grad()
        loss = loss_of(window)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()

    return step


def _several(action: Callable[[], object]) -> Callable[[], None]:
    def turn() -> None:
        for _ in range(STEPS_PER_TURN):
            action()

    return turn
