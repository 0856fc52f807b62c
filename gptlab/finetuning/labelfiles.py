"""Labelled texts of one's own, from a table in a file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress
from pathlib import Path
from zlib import crc32

from gptlab.corpora import files
from gptlab.finetuning.tasks import Labelled, Task
from gptlab.hashing import uniform

DELIMITERS = {".csv": ",", ".tsv": "\t"}
PARTS = ("train", "validation", "test")
HELD_OUT = 0.2  # of the groups of each class for validation, and as many for the test
LEAST = 5  # texts per class


def read_labels(path: str | Path, *, seed: int = 0) -> Task:
    """Read a task from a table with the columns `text` and `label`.

    A column `group` says which texts belong together (one author, one conversation): they are not
    torn apart. A column `split` (train, validation, test) says which part each text belongs to;
    without it three fifths are learned from, and a fifth each is for choices and for the test.

    Args:
        path: A `.csv` file, or a `.tsv` file with tabs, in UTF-8, with the names of its columns in
            the first line.
        seed: Which groups are held out, if the file does not say.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is another kind of file, lacks a column, has an empty field, fewer
            than two labels, or a label with too few texts.
    """
    path = Path(path)
    if path.suffix.lower() not in DELIMITERS:
        raise ValueError(
            f"expected a table that ends in .csv or .tsv, came {path}. Save it as one of these, in "
            "UTF-8, with a first line that names the columns text and label."
        )
    rows = list(_rows(path))
    counts = Counter(row["label"] for row in rows)
    if len(counts) < 2 or min(counts.values()) < LEAST:
        shown = ", ".join(f"{label}: {n}" for label, n in counts.most_common()) or "no row"
        raise ValueError(
            f"{path} needs two labels or more, with {LEAST} texts each or more; it has {shown}. "
            "Add texts, or join rare labels."
        )
    parts = _told(path, rows) if "split" in rows[0] else _drawn(rows, seed)
    for name, part in zip(PARTS, parts, strict=True):
        if missing := sorted(counts.keys() - {one.label for one in part}):
            raise ValueError(
                f"the {name} part of {path} has no text with the label {missing[0]!r}. Spread each "
                "label over all three parts; labels with few groups need the column split."
            )
    train, validation, test = parts
    classes = tuple(sorted(counts))
    return Task(name=str(path), classes=classes, train=train, validation=validation, test=test)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    delimiter = DELIMITERS[path.suffix.lower()]
    table = csv.DictReader(io.StringIO(files.read_text(path), newline=""), delimiter=delimiter)
    named = table.fieldnames or ()
    if missing := {"text", "label"} - set(named):
        raise ValueError(
            f"the first line of {path} names the columns of the table; {max(missing)} is missing "
            f"among {list(named)}. Begin the file with the line: text{delimiter}label"
        )
    for number, row in enumerate(table, start=1):
        if None in row or any(value is None or not value.strip() for value in row.values()):
            raise ValueError(
                f"text {number} of {path} has an empty field, or more or fewer fields than the "
                f"{len(named)} columns. Put a text that holds the delimiter or a line break into "
                "quotes."
            )
        yield {name: value if name == "text" else value.strip() for name, value in row.items()}


def _told(path: Path, rows: Sequence[dict[str, str]]) -> list[tuple[Labelled, ...]]:
    unknown = {row["split"] for row in rows} - set(PARTS)
    if unknown:
        raise ValueError(
            f"the column split of {path} says {', '.join(PARTS)}; it has {sorted(unknown)[0]!r}."
        )
    texts = [_labelled(i, row) for i, row in enumerate(rows)]
    where = [row["split"] for row in rows]
    return [tuple(compress(texts, [w == part for w in where])) for part in PARTS]


def _drawn(rows: Sequence[dict[str, str]], seed: int) -> list[tuple[Labelled, ...]]:
    texts = [_labelled(i, row) for i, row in enumerate(rows)]
    place: dict[str, int] = {}
    for label in sorted({one.label for one in texts}):
        groups = list(dict.fromkeys(one.group for one in texts if one.label == label))
        order = sorted(groups, key=lambda group: uniform(seed, crc32(group.encode())))
        n = max(1, round(HELD_OUT * len(order)))
        for rank, group in enumerate(order):
            # A group with several labels stays where its first label put it.
            place.setdefault(group, 1 if rank < n else 2 if rank < 2 * n else 0)
    return [tuple(one for one in texts if place[one.group] == part) for part in range(3)]


def _labelled(number: int, row: dict[str, str]) -> Labelled:
    return Labelled(row["text"], row["label"], row.get("group", f"row {number}"))
