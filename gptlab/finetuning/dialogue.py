"""A GPT that reads plays learns to answer: the chat model that ships, and how it is made.

What was trained is an adapter beside the model that ships, and the rows of the four chat tokens.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import torch

from gptlab import checkpoints
from gptlab.finetuning import adapterfile
from gptlab.finetuning.chat import ChatTemplate, with_chat_tokens
from gptlab.finetuning.conversations import as_splits, of_the_plays
from gptlab.finetuning.methods import load_trained, trained
from gptlab.finetuning.newrows import ChatLoRA
from gptlab.finetuning.replies import Replies
from gptlab.gpt import GPT
from gptlab.schedule import Steps
from gptlab.training import Training

BASE = "shakespeare"
LONGEST = 40  # tokens of a speech; longer ones end a conversation
METHOD = ChatLoRA(rank=4, alpha=8.0, matrices=("blocks.*.attn.W_*", "blocks.*.mlp.W_*"))
N_STEPS = 150
N_JUDGED = 300  # conversations of held-out plays that the loss is measured on
SEED = 0
FILE = Path(str(resources.files("gptlab") / "models" / "adapters" / "chat.safetensors"))
COMMAND = "python -m tools.models chat"


def prepared_chat(seed: int = SEED) -> tuple[GPT, ChatTemplate]:
    """Return the chat model that ships before it has learned anything, its adapter beside it.

    Args:
        seed: Of the adapter's first weights.
    """
    model, tokenizer = with_chat_tokens(*checkpoints.load(BASE, device="cpu"))
    METHOD.prepare(model, torch.Generator().manual_seed(seed))
    return model, ChatTemplate(tokenizer)


def open_chat() -> tuple[GPT, ChatTemplate]:
    """Open the chat model that ships, its adapter beside its weights; `merged` adds it in.

    Returns:
        The model on the CPU, and how its conversations are written.

    Raises:
        FileNotFoundError: There is none; the message names the command.
    """
    if not FILE.is_file():
        raise FileNotFoundError(f"there is no chat model at {FILE}. Make it with: {COMMAND}")
    model, template = prepared_chat()
    weights, _facts = adapterfile.read(FILE)
    load_trained(model, weights)
    return model.eval(), template


def learning(n_steps: int = N_STEPS, seed: int = SEED) -> Training:
    """Prepare the training of the chat model that ships, on the plays' dialogues.

    Args:
        n_steps: Optimizer steps.
        seed: Of the adapter's first weights, and of which exchanges are drawn.
    """
    model, template = prepared_chat(seed)
    conversations = of_the_plays(template, LONGEST)
    conversations["validation"] = conversations["validation"][:N_JUDGED]
    return Training(
        model,
        as_splits(template, conversations),
        budget=Steps(n_steps),
        recipe=METHOD.recipe,
        seed=seed,
        objective=Replies.of(template),
    )


def ship(run: Training, facts: dict[str, Any], file: Path = FILE) -> dict[str, float]:
    """Store what was trained, and measure what is read back.

    Args:
        run: A finished training.
        facts: What the file shall say about how it was made.
        file: Where to.

    Returns:
        Loss on replies of held-out plays, in nats per token: `before` any training, and `after` it,
        with the numbers that are read back.
    """
    objective, data = run.objective, run.data.validation
    fresh, _template = prepared_chat(run.seed)
    load_trained(run.model, adapterfile.rounded(trained(run.model)))
    measured = {
        "before": objective.evaluate(fresh, data).loss,
        "after": objective.evaluate(run.model, data).loss,
    }
    scale = METHOD.alpha / METHOD.rank
    header = {"scale": scale, "rank": METHOD.rank, "base": BASE, "kind": "chat"}
    adapterfile.save(trained(run.model), {**header, "measured": measured, **facts}, file)
    return measured
