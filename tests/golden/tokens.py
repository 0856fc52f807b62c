"""Cases that Python answers and the page must answer alike: `python -m tests.golden.tokens`."""

import json
from pathlib import Path
from typing import Any

from gptlab.tokenizers import ByteBPE, CharTokenizer, Tokenizer, gpt2, o200k, train_bpe
from gptlab.widgets import TokenExplorer
from gptlab.widgets.counting import counted, replayed
from gptlab.widgets.grouping import blocks, characters, shape

STORED = Path(__file__).parent / "tokens.json"
TEXTS = (
    "",
    "   ",
    "The 牡丹 is 美 👩‍🚀!",
    "👨‍👩‍👧‍👦🇨🇳🇫🇷1️⃣🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "שלום עולם مرحبا",
    "cafe\u0301 naïve\r\n\ttab\u00a0\u200b\u202eabc\ufeff\ufffd",
    "क्षि ক্‍ষ 한국 ก็",
    "<script>window.hacked=1</script> {n} ${n}",
    "e" + "\u0301" * 40,
)
SIGNS = (" ", "\n", "\t", "\r\n", "a", "美", "👩‍🚀", "1️⃣", "e\u0301")
HIDDEN = ("\x00", "\xa0", "\xad", "\u200d", "\u202e", "\u3164", "\ufe0f", "\ufffd", "\U000e0100")


def tiny() -> ByteBPE:
    return train_bpe("the cat sat on the mat. 牡丹 is 美, that is the way " * 3, 280, name="tiny")


def cases() -> dict[str, Any]:
    tokenizers: list[Tokenizer] = [gpt2(), o200k(), tiny()]
    return {
        "blocks": [_blocks(t, text) for t in tokenizers for text in TEXTS] + [_torn()],
        "explorers": [_explorer(text) for text in (*TEXTS, "the cat sat. " * 20)],
        "replays": [_replay(text) for text in TEXTS],
        "shapes": [[sign, shape(sign.encode())] for sign in SIGNS + HIDDEN],
        "characters": [[text, _characters(text)] for text in TEXTS[:-1]],
    }


def _blocks(tokenizer: Tokenizer, text: str) -> dict[str, Any]:
    [cut] = counted([tokenizer], text)["tokenizers"]
    spellings = [tokenizer.token_bytes(token) for token in cut["ids"]]
    return {"name": f"{tokenizer.name}: {text[:20]}", **_grouped(spellings)}


def _explorer(text: str) -> dict[str, Any]:
    letters = CharTokenizer(alphabet=" .acehst")
    widget = TokenExplorer(text, tokenizers=[tiny(), letters])
    words = {"unknown": widget.words["unknown"]}  # the only one that the answer needs
    state = {"text": text, "tokenizers_json": widget.tokenizers_json, "words": words}
    return {"state": state, "result": widget.result}


def _characters(text: str) -> list[str]:
    return [character.decode() for character in characters(text.encode())]


def _torn() -> dict[str, Any]:
    # Bytes that no tokenizer of ours gives: stray, overlong, half an emoji, a lone surrogate.
    spellings = [b"a\xe7", b"\x89", b"b\xc0\xaf", b"\xf0\x9f", b"\xed\xa0\x80", b"\xa1"]
    return {"name": "bytes that are not UTF-8", **_grouped(spellings)}


def _grouped(spellings: list[bytes]) -> dict[str, Any]:
    found = [
        {
            "characters": list(block.characters),
            "sizes": list(block.sizes),
            "tokens": [block.tokens.start, block.tokens.stop],
        }
        for block in blocks(spellings)
    ]
    lengths = [len(spelling) for spelling in spellings]
    return {"bytes": b"".join(spellings).hex(), "lengths": lengths, "blocks": found}


def _replay(text: str) -> dict[str, Any]:
    bpe = tiny()
    steps = []
    for step in bpe.replay(text):
        pieces = [piece for word in step.pieces for piece in word]
        ids = [bpe.table.ranks[piece] for piece in pieces]
        steps.append({"lengths": [len(piece) for piece in pieces], "ids": ids})
    return {"text": text, "replay": replayed(bpe, text), "steps": steps}


if __name__ == "__main__":
    STORED.write_text(json.dumps(cases(), indent=1) + "\n")
