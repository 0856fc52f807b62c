"""What `VectorExplorer` shows of some words: neighbours, a map, cosines, and a sum.

`js/answers/vectors.js` computes the same in the page; tests hold the two equal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from safetensors.torch import save

from gptlab.rounding import from_int8, round_to_int8
from gptlab.vectors import WordVectors, flattened, glove, pairwise, pca

N_WORDS = 10_000  # of GloVe's, that a page carries
MOST_WORDS = 40  # of the learner's
N_NEAR, N_SUM = 10, 5
LookUp = Callable[[str], np.ndarray | None]
"""The vector of a word; None if there is none."""


@cache
def shipped_table() -> WordVectors:
    """Return GloVe's commonest words with each row rounded to int8: what a page carries.

    Raises:
        MissingDataError: The data package is not installed.
    """
    words, numbers, scales = _rounded()
    rows = from_int8("W_E", numbers, scales, tuple(numbers.shape)).numpy()
    return WordVectors(name=glove().name, words=words, vectors=rows.astype(float))


@cache
def table_bytes() -> bytes:
    """Return the asset `vectors/glove`: the rounded rows, their scales and the words."""
    words, numbers, scales = _rounded()
    names = {"words": json.dumps(words, ensure_ascii=False)}
    return save({"rows.int8": numbers, "rows.scales": scales}, metadata=names)


@cache
def _rounded() -> tuple[tuple[str, ...], torch.Tensor, torch.Tensor]:
    common = glove(N_WORDS)
    return (*common.words,), *round_to_int8("W_E", torch.tensor(common.vectors))


def shipped_look_up(word: str) -> np.ndarray | None:
    """Find a word's vector, in the whole of GloVe if it is not among the commonest."""
    found = shipped_table().get(word)
    return glove().get(word) if found is None else found


def words_of(text: str) -> list[str]:
    """Cut a text into different words, in lower case, the first `MOST_WORDS` of them.

    Example:
        >>> words_of("Cat, dog cat")
        ['cat', 'dog']
    """
    found = dict.fromkeys(word for word in re.split(r"[\s,]+", text.lower()) if word)
    return list(found)[:MOST_WORDS]


def explored(
    table: WordVectors, look_up: LookUp, text: str, word: str = "", method: str = "pca"
) -> dict[str, Any]:
    """Look at some words.

    Args:
        table: Where neighbours are looked for.
        look_up: Where the vectors of the learner's words are.
        text: The words.
        word: Which of them is chosen; the first if it is none of them.
        method: How the map is drawn.

    Returns:
        What was asked (`text`, `word`, `method`), the `words` found and those `missing`, the
        `chosen` word with its `near` words and their `cosines`, the `matrix` of cosines of all
        words, and `points`, the map's: first the words, then the near words that are none of
        them. Numbers are float32 bytes.
    """
    asked = {"text": text, "word": word, "method": method}
    typed = words_of(text)
    vectors = {each: row for each in typed if (row := look_up(each)) is not None}
    words = [*vectors]
    missing = [each for each in typed if each not in vectors]
    chosen = word if word in words else (words[0] if words else "")
    near = table.neighbours(vectors[chosen], N_NEAR, without=[chosen]) if chosen else []
    mapped = [*words, *(each for each, _ in near if each not in words)]
    rows = _rows(mapped, lambda each: vectors[each] if each in words else table[each])
    points = flattened(rows, method) if len(mapped) > 1 else np.zeros((len(mapped), 2))
    matrix = pairwise(rows[: len(words)]) if words else np.zeros((0, 0))
    return asked | {
        "words": words,
        "missing": missing,
        "chosen": chosen,
        "near": [each for each, _ in near],
        "cosines": _packed([cosine for _, cosine in near]),
        "matrix": _packed(matrix),
        "mapped": mapped,
        "points": _packed(points),
    }


def summed(
    table: WordVectors, look_up: LookUp, words: Sequence[str], with_inputs: bool = False
) -> dict[str, Any]:
    """Add up start − minus + plus, and see what is near.

    Args:
        table: Where the answer is looked for.
        look_up: Where the three vectors are.
        words: Start, minus and plus.
        with_inputs: Whether the three words may be the answer.

    Returns:
        What was asked (`asked`, `with_inputs`), words that are `missing`, the `near` words with
        their `cosines`, and `points` in a plane: start, minus, plus, the first answer, the sum.
    """
    asked = [word.strip().lower() for word in words]
    vectors = [look_up(word) for word in asked]
    missing = [word for word, vector in zip(asked, vectors, strict=True) if vector is None]
    said = {"asked": list(words), "with_inputs": with_inputs, "missing": missing}
    if missing:
        return said | {"near": [], "cosines": b"", "points": b""}
    start, minus, plus = (np.asarray(vector) for vector in vectors)
    end = start - minus + plus
    near = table.neighbours(end, N_SUM, without=() if with_inputs else asked)
    if not near:  # the table holds nothing but the three
        return said | {"near": [], "cosines": b"", "points": b""}
    plane = pca(np.stack([start, minus, plus, table[near[0][0]], end]))
    cosines = [cosine for _, cosine in near]
    return said | {
        "near": [word for word, _ in near],
        "cosines": _packed(cosines),
        "points": _packed(plane),
    }


def numbers_of(buffer: bytes, columns: int = 1) -> np.ndarray:
    """Read float32 bytes as rows of `columns` numbers; one column as a plain row."""
    numbers = np.frombuffer(buffer, dtype="<f4").astype(float)
    return numbers if columns == 1 else numbers.reshape(-1, columns)


def _rows(words: Sequence[str], row: Callable[[str], Any]) -> np.ndarray:
    return (
        np.stack([np.asarray(row(word), dtype=float) for word in words]) if words else np.empty(0)
    )


def _packed(numbers: Any) -> bytes:
    return np.asarray(numbers, dtype="<f4").tobytes()
