"""What Python makes of word vectors, in files that `tests/js/vectors.test.mjs` compares with."""

import json
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from gptlab.vectors import EXAMPLE, MEASURES, measured, pca, rotation, tsne
from gptlab.widgets import VectorExplorer
from gptlab.widgets.exploring import table_bytes
from tests.buffers import spelled_out

TEXTS = (
    "king queen man woman cat dog paris france",
    "Cat, dog\tCAT fish 牡丹 🐱 qqqq",
    "cat",
    "cat dog",
    "one two three four five six seven eight nine ten red green blue white black good bad hot",
    "<script>window.hacked=1</script> the",
    "",
    "牡丹",
)
SUMS = (("king", "man", "woman"), ("Paris ", "france", "italy"), ("king", "king", "king"),
        ("king", "", "牡丹"))  # fmt: skip


def cases() -> dict[str, Any]:
    return {
        "turns": [_turn(EXAMPLE, angle) for angle in (0, 30, -135.5)]
        + [_turn({"a": (3.0, 1.0), "b": (0.0, 0.0), "c": (-1.0, 2.0)}, 90)],
        "maps": [_map(n, d) for n, d in ((2, 5), (3, 2), (7, 50), (40, 50))],
        "explorers": [_explorer(text) for text in TEXTS]
        + [_explorer(TEXTS[0], word="cat"), _explorer(TEXTS[0], word="nobody")]
        + [_explorer(text, method="tsne") for text in TEXTS],
        "sums": [_sum(words, free) for words in SUMS for free in (False, True)],
    }


def _turn(vectors: Any, angle: float) -> dict[str, Any]:
    matrix = rotation(len(next(iter(vectors.values()))), angle)
    turned = {name: matrix @ vector for name, vector in vectors.items()}
    found = measured(turned, combinations(turned, 2))
    return {
        "vectors": [list(vector) for vector in vectors.values()],
        "angle": angle,
        "turned": [vector.tolist() for vector in turned.values()],
        "values": {
            name: [None if np.isnan(each[name]) else each[name] for each in found.values()]
            for name in MEASURES
        },
    }


def _map(n: int, d: int) -> dict[str, Any]:
    rows = np.random.default_rng(n).normal(size=(n, d))
    rows[: n // 2] += 2
    return {
        "rows": rows.tolist(),
        "pca": pca(rows).tolist(),
        "tsne": tsne(rows).tolist(),
    }


def _explorer(text: str, word: str = "", method: str = "pca") -> dict[str, Any]:
    widget = VectorExplorer(text, word=word, method=method)
    return {"state": widget.state(), "answer": widget.answer}


def _sum(words: tuple[str, str, str], with_inputs: bool) -> dict[str, Any]:
    start, minus, plus = words
    widget = VectorExplorer("cat", start=start, minus=minus, plus=plus, with_inputs=with_inputs)
    return {"state": widget.state(), "sum": widget.sum}


def write(folder: Path) -> None:
    (folder / "vectors.json").write_text(json.dumps(spelled_out(cases())))
    (folder / "glove.bin").write_bytes(table_bytes())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
