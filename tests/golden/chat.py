"""Chats that Python answers and the page must answer alike: a small adapter with drawn weights.

`python -m tests.golden.chat FOLDER` writes them; tests/test_chat_box.py names the folder to node.
"""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import torch

from gptlab import checkpoints
from gptlab.finetuning import adapterfile, load_trained, merged, trained
from gptlab.finetuning.chat import with_chat_tokens
from gptlab.finetuning.dialogue import BASE, METHOD, prepared_chat
from gptlab.widgets.chat_box_answers import Chat, Turn, answered, recorded
from gptlab.widgets.predicting import vocabulary
from tests.buffers import spelled_out

LONG = "word " * 120


@cache
def drawn() -> Chat:
    """A chat model whose adapter is drawn at random and rounded, as a shipped one is."""
    beside, template = prepared_chat()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in trained(beside).values():
            weight.normal_(0, 0.03, generator=generator)
    load_trained(beside, adapterfile.rounded(trained(beside)))
    untuned, _tokenizer = with_chat_tokens(*checkpoints.load(BASE, device="cpu"))
    return Chat(tuned=merged(beside), beside=beside.eval(), untuned=untuned, template=template)


def turn(said: str, reply: str, *, forgotten: bool = False) -> Turn:
    return Turn(said=said, reply=reply, forgotten=forgotten)


TURNS = [
    turn("Hello", "Good morrow."),
    turn("Who art thou?", "", forgotten=True),
    turn("牡丹", "👩‍🚀"),
]
CASES: list[dict[str, Any]] = [
    {"text": "", "turns": []},
    {"text": "Who are you?", "turns": TURNS},
    {"text": "春眠不觉晓 👩‍🚀 <|user|> <b>{n}</b>", "turns": TURNS[:1]},
    {"text": "next", "turns": TURNS, "said": "And now?", "written": [262, 1124, 240, 159]},
    {"text": LONG, "turns": TURNS},
    {"text": "a", "turns": [turn(LONG, LONG), *TURNS, turn(LONG, "b")]},
    {"text": LONG * 3, "turns": TURNS},
]  # fmt: skip


def write(folder: Path) -> None:
    chat = drawn()
    adapterfile.save(trained(chat.beside), {"scale": METHOD.alpha / METHOD.rank}, folder / "chat")
    cases = [
        {"state": {"said": "", "written": [], **case}, "answer": answered(chat, **case)}
        for case in CASES
    ]
    facts = {
        "file": str(checkpoints.locate(BASE)),
        "cases": spelled_out(cases),
        "recorded": recorded(cases[1]["answer"]),
        "vocabulary": spelled_out(vocabulary(chat.backend)),
    }
    (folder / "chat.json").write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    write(Path(sys.argv[1]))
