"""What Python says about texts with drawn adapters, and the page must say alike.

`python -m tests.golden.finetune FOLDER` writes it; tests/test_finetune_lab.py names the folder to
node.
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch

from gptlab import checkpoints
from gptlab.experiments.taught import CONTROL, MODEL, Lab, Run, file_of, method_of, prepared
from gptlab.finetuning import GENRES, LoRA, adapterfile, trained
from gptlab.untrained import untrained_twin
from gptlab.widgets.finetune_lab_answers import answered, recorded
from gptlab.widgets.finetune_lab_words import finetune_words
from tests.buffers import spelled_out

N_LABELS = 150
KINDS = {"lora": 4, "last-layer": 0, "full": 0, "scratch": 0, CONTROL: 4}
TEXTS = ("My lord, the king is slain.", "春眠不觉晓 👩‍🚀", "a", "word " * 120, "")


def lab(folder: Path) -> Lab:
    """A lab with one number of labels, whose adapters are drawn at random."""
    base, tokenizer = checkpoints.load(MODEL, device="cpu")
    runs = [_run(name, rank) for name, rank in KINDS.items()]
    for seed, run in enumerate(runs):
        if run.adapter:
            body = untrained_twin(base) if run.method == CONTROL else base
            model = prepared(body, method_of(run.method, run.rank), GENRES)
            generator = torch.Generator().manual_seed(seed)
            with torch.no_grad():
                for weight in trained(model).values():
                    weight.normal_(0, 0.05, generator=generator)
            scale = LoRA(rank=run.rank).alpha / run.rank if run.rank else 1.0
            adapterfile.save(trained(model), {"scale": scale}, file_of(run.adapter, folder))
    counts = [{"n_labels": N_LABELS, "accuracy": 0.5, "low": 0.4, "high": 0.6}]
    return Lab(
        base=base,
        tokenizer=tokenizer,
        classes=GENRES,
        runs=tuple(run for run in runs if run.method != CONTROL),
        controls=tuple(run for run in runs if run.method == CONTROL),
        baselines={"majority": 1 / 3, "tfidf": counts},
        loss_before=3.0,
        folder=folder,
    )


def _run(method: str, rank: int) -> Run:
    kept = method not in ("full", "scratch")
    return Run(
        method=method, rank=rank, n_labels=N_LABELS, accuracy=0.5, low=0.4, high=0.6, loss=3.1,
        share=0.02, adapter=f"adapter/{method}" if kept else "",
    )  # fmt: skip


def write(folder: Path) -> None:
    given = lab(folder)
    asked = [(text, method) for method in ("lora", "last-layer", "full") for text in TEXTS]
    cases = [answered(given, text, method, 4, N_LABELS) for text, method in asked]
    facts: dict[str, Any] = {
        "file": str(checkpoints.locate(MODEL)),
        "table": given.table(),
        "words": finetune_words(),
        "cases": spelled_out(cases),
        "recorded": recorded(given, cases[0]),
    }
    (folder / "finetune.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write(Path(sys.argv[1]))
