"""What a page's own small modules must find as Python does: `python -m tests.golden.page`."""

import gzip
import json
from pathlib import Path
from typing import Any

import matplotlib

from gptlab.tokenizers import gpt2
from gptlab.widgets.assets import letters
from gptlab.widgets.attention_picture import names
from gptlab.widgets.spellings import spellings

STORED = Path(__file__).parent / "page.json"
CONTENTS = (b"", b"a", b"page", bytes(5), bytes([255] * 6), bytes(range(256)), "牡丹".encode() * 40)
# Kept, because zlib's versions do not all compress alike.
GZIPPED = bytes.fromhex("1f8b08000000000002032b484c4f55284021005b96ae3713000000")
TEXTS = ("The cat", "牡丹 春眠", "👩‍🚀!", "a\n\tb")


def cases() -> dict[str, Any]:
    viridis = matplotlib.colormaps["viridis"]
    return {
        "letters": [[content.hex(), letters(content)] for content in CONTENTS],
        "packed": {"content": gzip.decompress(GZIPPED).decode(), "letters": letters(GZIPPED)},
        "viridis": [[int(part) for part in viridis(i, bytes=True)[:3]] for i in range(256)],
        "labels": [_labels(text) for text in TEXTS],
    }


def _labels(text: str) -> dict[str, Any]:
    found = [gpt2().token_bytes(token) for token in gpt2().encode(text)]
    answer = {"bytes": b"".join(found).hex(), "lengths": list(map(len, found))}
    assert spellings(answer) == found
    return {**answer, "names": names(answer)}


if __name__ == "__main__":
    STORED.write_text(json.dumps(cases()) + "\n")
