"""Cases that torch answers and the page's engine must answer alike.

They are written anew for every run of the tests, into a folder that the test names to node, by
`python -m tests.golden.engine FOLDER N_TEXTS N_TOKENS`. In a process of its own, where no shape is
checked at every call, that takes a tenth of the time.
"""

import hashlib
import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from gptlab import checkpoints, masks, probes
from gptlab.attention import as_matrix
from gptlab.checkpoints import Checkpoint
from gptlab.config import GPTConfig
from gptlab.decoding import GREEDY, Sampling, draw, keep_top_k, keep_top_p, with_temperature
from gptlab.decoding.window import Window
from gptlab.gpt import GPT
from gptlab.hashing import hashed, uniform
from gptlab.layers import NORMS, RESIDUALS
from gptlab.masks import Mask
from gptlab.positions import POSITIONS
from gptlab.tokenizers import CharTokenizer
from gptlab.untrained import untrained_twin

# No size is a multiple of the strip's eight columns or of the four rows that go together.
SIZES = GPTConfig(d_vocab=19, n_ctx=11, d_model=12, n_layers=2, n_heads=2, d_mlp=21)
IDS = [3, 18, 0, 7, 7, 1, 12, 5, 9, 3, 2]
MASKS: tuple[Mask, ...] = (
    masks.Causal(),
    masks.Bidirectional(),
    masks.SlidingWindow(4),
    masks.Strided(3),
    masks.TwoLevel(3),
)
PROMPTS = (
    "The cat sat on the mat",
    "To be, or not to be, that is the question:",
    "ROMEO:\nBut soft, what light through yonder window breaks?",
    "O",
    "\n",
    "   ",
    "KING HENRY V.\nOnce more unto the breach, dear friends, once more;\n" * 4,
    "def forward(self, x):\n    return x @ self.W_U\n",
    "春天的原野上,到处一片生机勃勃",
    "床前明月光，疑是地上霜。",
    "人人生而自由，在尊严和权利上一律平等。",
    "牡丹",
    "👩‍🚀👨‍👩‍👧‍👦🇨🇳",
    "I ❤️ 牡丹 🌸!",
    "🌙",
    "naïve café, Ærø — “quoted” …",
    "שלום עולם مرحبا",
    "0123456789 3.14159 1e-5",
    "<script>window.hacked=1</script>",
    "Enter LADY MACBETH, reading a letter.",
)
SAMPLED = (Sampling(temperature=0.8, top_k=40, top_p=0.95), Sampling(temperature=1.3))
SEED = 7


def write(folder: Path, *, n_texts: int, n_tokens: int) -> None:
    """Write all cases, and texts of the shipped model for the first prompts."""
    cases = [*_combinations(folder), *_edited(folder), *_short(folder), *_faint(folder)]
    cases.append(_adapted(folder))
    facts = {
        "cases": cases,
        "decoding": _decoding(),
        "hashing": _hashing(),
        "globs": _globs(),
        "shipped": _shipped(),
        "prompts": _prompts(folder, len(PROMPTS)),
        "texts": [text for prompt in PROMPTS[:n_texts] for text in _texts(prompt, n_tokens)],
    }
    (folder / "engine.json").write_text(json.dumps(facts), encoding="utf-8")


def random_model(**parts: Any) -> GPT:
    """Return a model in which no bias is 0 and no norm's weight 1, so that nothing can hide."""
    generator = torch.Generator().manual_seed(0)
    model = GPT(SIZES, **parts).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            centre = 1.0 if name.endswith("weight") else 0.0
            weight.normal_(centre, 0.3, generator=generator)
    return model


def _combinations(folder: Path) -> list[dict[str, Any]]:
    found = []
    parts = itertools.product(POSITIONS.items(), MASKS, NORMS.items(), RESIDUALS.items())
    for (positions, scheme), mask, (norm, layer), (residual, join) in parts:
        model = random_model(positions=scheme, mask=mask, norm=layer, residual=join)
        name = f"{positions}-{type(mask).__name__}-{norm}-{residual}"
        found.append(_case(folder, name, model, IDS))
    return found


EDITS: dict[str, dict[str, str]] = {
    "double-mlp": {"blocks.1.mlp.post": "double"},
    "no-head": {"blocks.0.attn.z": "without head 1"},
    "uniform-attention": {"blocks.*.attn.pattern": "double", "embed": "double"},
    "edits-in-turn": {"blocks.0.resid_*": "double", "blocks.0.resid_[mp]*": "plus one"},
}
ACTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "double": lambda x: 2 * x,
    "plus one": lambda x: x + 1,
    "without head 1": lambda z: torch.cat((z[:, :, :1], torch.zeros_like(z[:, :, 1:])), dim=2),
}


def _edited(folder: Path) -> list[dict[str, Any]]:
    found = []
    for name, edits in EDITS.items():
        model = random_model()
        with probes.patched(model, {glob: ACTIONS[does] for glob, does in edits.items()}):
            found.append({**_case(folder, name, model, IDS), "edits": edits})
    return found


def _short(folder: Path) -> list[dict[str, Any]]:
    return [_case(folder, f"{n}-tokens", random_model(), IDS[:n]) for n in (1, 2, 5)]


def _faint(folder: Path) -> list[dict[str, Any]]:
    """Vectors so short that what a norm adds to the variance decides."""
    found = []
    for name in ("LayerNorm", "RMSNorm"):
        model = random_model(positions=POSITIONS["NoPositions"], norm=NORMS[name])
        with torch.no_grad():
            model.W_E *= 1e-3
        found.append(_case(folder, f"faint-{name}", model, IDS))
    return found


def _case(folder: Path, name: str, model: GPT, ids: list[int]) -> dict[str, Any]:
    _save(folder / f"{name}.safetensors", model)
    with probes.capture(model) as seen, torch.inference_mode():
        logits = model(torch.tensor([ids]))[0]
    answers = {key: x if key == "pos_embed" else x[0] for key, x in seen.items()}
    _save_tensors(folder / f"{name}.answers", {**answers, "logits": logits})
    return {
        "name": name,
        "ids": ids,
        "probes": list(probes.probes(model)),
        "looks_ahead": masks.looks_ahead(model.mask, SIZES.n_ctx),
    }


def _adapted(folder: Path) -> dict[str, Any]:
    """Add the adapters' part in the forward pass; the page merges it into the weights instead."""
    model, generator = random_model(), torch.Generator().manual_seed(1)
    block, scale, arrays = model.blocks[0], 0.1, {}
    for short in ("attn.W_Q", "attn.W_O", "mlp.W_in"):
        rows, columns = as_matrix(short, block.get_parameter(short)).shape
        arrays[f"{short}.A"] = torch.randn(rows, 3, generator=generator)
        arrays[f"{short}.B"] = torch.randn(3, columns, generator=generator)
    inputs: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        return lambda _module, _args, output: inputs.update({name: output.flatten(2)})

    def added(short: str, source: str) -> Callable[[Tensor], Tensor]:
        a, b = arrays[f"{short}.A"], arrays[f"{short}.B"]
        return lambda x: x + scale * (inputs[source] @ a @ b).view_as(x)

    for source, module in (("ln1", block.ln1), ("z", block.attn.z), ("ln2", block.ln2)):
        module.register_forward_hook(keep(source))
    edits = {
        "blocks.0.attn.q": added("attn.W_Q", "ln1"),
        "blocks.0.attn_out": added("attn.W_O", "z"),
        "blocks.0.mlp.pre": added("mlp.W_in", "ln2"),
    }
    with probes.patched(model, edits):
        case = _case(folder, "adapted", model, IDS)
    _save_tensors(folder / "adapted.adapters", arrays)
    return {**case, "adapters": {"part": "blocks.0", "scale": scale}}


def _decoding() -> list[dict[str, Any]]:
    generator = torch.Generator().manual_seed(2)
    logits = [
        (3 * torch.randn(50, generator=generator)).tolist(),
        [1.0, 2.0, 2.0, 0.0, 2.0, 1.0],  # ties
        [0.0] * 7,
        [float("-inf"), 0.0, float("-inf"), -1.0],
        [1e30, -1e30, 1e30],
    ]
    rows = [_rules(torch.tensor(z, dtype=torch.float64)) for z in logits]
    # As text, because JSON has no word for −∞.
    written = [[repr(z) for z in row] for row in logits]
    return [{"logits": row, **rules} for row, rules in zip(written, rows, strict=True)]


def _rules(logits: Tensor) -> dict[str, Any]:
    probs = with_temperature(logits, 1.0)
    rules = itertools.product((0.0, 0.5, 1.0, 2.0), (0, 1, 3), (0.3, 0.9, 1.0))
    return {
        "temperature": [[t, with_temperature(logits, t).tolist()] for t in (0.0, 0.3, 1.0, 4.0)],
        "top_k": [[k, keep_top_k(probs, k).tolist()] for k in (1, 2, 3, 60)],
        "top_p": [[p, keep_top_p(probs, p).tolist()] for p in (1e-9, 0.3, 0.75, 0.999, 1.0)],
        "draw": [[u, draw(probs, u)] for u in (0.0, 0.1, 0.34, 0.62, 0.99, 1 - 2**-53)],
        "sampling": [
            [t, k, p, Sampling(temperature=t, top_k=k, top_p=p).distribution(logits).tolist()]
            for t, k, p in rules
        ],
    }


def _hashing() -> dict[str, Any]:
    numbers = (0, 1, 2, 255, 2**16, 2**31, 2**32 - 1, 123456789)
    steps = [(seed, step) for seed in (0, 1, 7, 2**32 - 1) for step in (0, 1, 2, 1000)]
    models = [
        random_model(),
        random_model(norm=NORMS["RMSNorm"], positions=POSITIONS["NoPositions"]),
    ]
    return {
        "numbers": [[number, hashed(number)] for number in numbers],
        "uniform": [[seed, step, uniform(seed, step)] for seed, step in steps],
        "untrained": [
            {
                "model": checkpoints.describe(model),
                "seed": seed,
                "sha256": fingerprint(untrained_twin(model, seed)),
            }
            for model in [*models, checkpoints.read(checkpoints.locate("shakespeare")).model]
            for seed in (0, 1, 2**32 - 1)
        ],
    }


def fingerprint(model: GPT) -> str:
    """Return the SHA-256 of a model's weights, all parameters one after the other."""
    found = hashlib.sha256()
    for weight in model.parameters():
        found.update(weight.detach().numpy().astype("<f4").tobytes())
    return found.hexdigest()


def _globs() -> list[tuple[str, list[str]]]:
    model = random_model()
    globs = ("*", "embed", "blocks.*.attn.[qk]", "blocks.?.mlp.p*", "*resid_[!p]*", "blocks.1.*")
    return [(glob, list(probes.probes(model, glob))) for glob in globs]


def _shipped() -> dict[str, str]:
    file = checkpoints.locate("shakespeare")
    return {"file": str(file), "sha256": fingerprint(checkpoints.read(file).model)}


def _prompts(folder: Path, n: int) -> list[list[int]]:
    model, tokenizer = checkpoints.load("shakespeare", device="cpu")
    ids = [tokenizer.encode(prompt)[: model.cfg.n_ctx] for prompt in PROMPTS[:n]]
    with torch.inference_mode():
        logits = {str(i): model(torch.tensor([row]))[0] for i, row in enumerate(ids)}
    _save_tensors(folder / "prompts.answers", logits)
    return ids


def _texts(prompt: str, n_tokens: int) -> list[dict[str, Any]]:
    model, tokenizer = checkpoints.load("shakespeare", device="cpu")
    ids = tokenizer.encode(prompt)[: model.cfg.n_ctx]
    rules = (GREEDY, *SAMPLED) if prompt in PROMPTS[:3] else (GREEDY,)
    return [{"prompt": ids, **_written(model, ids, n_tokens, rule)} for rule in rules]


def _written(model: GPT, ids: list[int], n_tokens: int, rule: Sampling) -> dict[str, Any]:
    window = Window(model, torch.tensor([ids]))
    tokens, gaps = [], []
    for step in range(n_tokens):
        (logits,) = window.next_logits()
        first, second = logits.topk(2).values.tolist()
        u = 0.0 if rule.is_greedy else uniform(SEED, step)
        tokens.append(draw(rule.distribution(logits), u))
        gaps.append(first - second)
        window.extend([0], tokens[-1:])
    settings = {"temperature": rule.temperature, "topK": rule.top_k, "topP": rule.top_p}
    return {"sampling": settings, "seed": SEED, "tokens": tokens, "gaps": gaps}


def _save(path: Path, model: GPT) -> None:
    alphabet = "".join(chr(ord("a") + i) for i in range(SIZES.d_vocab))
    checkpoints.save(Checkpoint(model, CharTokenizer(alphabet=alphabet)), path)


def _save_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    data = {name: tensor.detach().float().contiguous().clone() for name, tensor in tensors.items()}
    path.write_bytes(safetensors.torch.save(data))


if __name__ == "__main__":
    folder, n_texts, n_tokens = sys.argv[1:]
    torch.set_num_threads(1)  # small products: a second thread would only wait
    write(Path(folder), n_texts=int(n_texts), n_tokens=int(n_tokens))
