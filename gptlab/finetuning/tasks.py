"""What a classifier can be asked about a text: the genre of a play, or labels of one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import torch

from gptlab import corpora
from gptlab.corpora import Play
from gptlab.data import Split, Splits
from gptlab.finetuning.classifier import read_ids
from gptlab.finetuning.labelling import Labels, labelled_split
from gptlab.tokenizers import Tokenizer

GENRES = ("comedy", "history", "tragedy")
N_WORDS = 8  # shorter speeches, such as “Ay, my lord”, tell nothing about a genre
N_VALIDATED = 150  # speeches per genre that guide choices; the plays have 448 to 697 each


class Labelled(NamedTuple):
    """A text with its label.

    Args:
        text: What is read.
        label: What should be said about it.
        group: What it belongs to; texts of one group are more alike than others.
    """

    text: str
    label: str
    group: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """Labelled texts in three parts that share no group.

    Args:
        name: What the command line calls it.
        classes: The labels, in the order of the logits.
        train: What is learned from.
        validation: What choices are made by, such as when to stop.
        test: What is looked at last.
    """

    name: str
    classes: tuple[str, ...]
    train: tuple[Labelled, ...]
    validation: tuple[Labelled, ...]
    test: tuple[Labelled, ...]

    def fewer(self, n: int, *, seed: int = 0) -> Task:
        """Return the same task with fewer labels to learn from, each class as often as any other.

        Args:
            n: Labelled texts to keep for training, at least one of each class; a class that has
                less than its part keeps all.
            seed: Which ones. With one seed, a smaller number keeps a part of what a larger keeps.

        Raises:
            ValueError: If n is less than the number of classes.
        """
        if n < len(self.classes):
            raise ValueError(
                f"{n} labelled texts are too few for the {len(self.classes)} classes "
                f"{', '.join(self.classes)}: each needs one or more."
            )
        kept = balanced(self.train, self.classes, n, seed=seed)
        return Task(**vars(self) | {"train": kept})

    def splits(self, tokenizer: Tokenizer, d_vocab: int, n_ctx: int) -> Splits:
        """Return all three parts as tokens, each text followed by its label.

        Args:
            tokenizer: The model's own.
            d_vocab: Its vocabulary: where the ids of labels begin.
            n_ctx: Longest text; of a longer one the newest tokens are kept.
        """

        def tokens(part: Sequence[Labelled]) -> Split:
            texts = [read_ids(tokenizer, one.text, n_ctx) for one in part]
            classes = [self.classes.index(one.label) for one in part]
            return labelled_split(texts, classes, d_vocab)

        return Splits(tokens(self.train), tokens(self.validation), tokens(self.test))

    def objective(self, d_vocab: int) -> Labels:
        """Return what asks for the labels."""
        return Labels(d_vocab)

    def shares(self) -> dict[str, float]:
        """Return which share of the texts to learn from each class has."""
        counts = Counter(one.label for one in self.train)
        return {kind: counts[kind] / len(self.train) for kind in self.classes}


@cache
def genre() -> Task:
    """Return the task of telling from one speech whether its play is comedy, history or tragedy.

    The three parts are those that the language models of this package have: no play is in two
    of them, and none to validate or test on was read in pre-training either. Problem plays, Roman
    plays and romances are left out, because no play of theirs is held out.

    Raises:
        MissingDataError: The data package is not installed.
    """
    parts: dict[str, list[Labelled]] = {"train": [], "validation": [], "test": []}
    for play in corpora.plays():
        if play.genre in GENRES:
            parts[play.split] += speeches(play)
    return Task(
        name="genre",
        classes=GENRES,
        train=tuple(parts["train"]),
        validation=balanced(parts["validation"], GENRES, N_VALIDATED * len(GENRES)),
        test=tuple(parts["test"]),
    )


def speeches(play: Play) -> Iterator[Labelled]:
    """Yield the speeches of a play that are long enough, labelled with its genre.

    Their group is the scene. Names of speakers are left out: whoever knows that Falstaff speaks
    need not read.
    """
    for speech in play.speeches:
        if len(speech.text.split()) >= N_WORDS:
            group = f"{speech.play}, {speech.scene}"
            yield Labelled(speech.text, play.genre, group)


def balanced(
    texts: Sequence[Labelled], classes: Sequence[str], n: int, *, seed: int = 0
) -> tuple[Labelled, ...]:
    """Draw n texts, each class as often as any other, without replacement.

    Args:
        texts: What there is.
        classes: The labels.
        n: How many in all; what does not divide evenly goes to the first classes.
        seed: Which ones.
    """
    drawn: list[Labelled] = []
    for number, kind in enumerate(classes):
        own = [one for one in texts if one.label == kind]
        order = torch.randperm(len(own), generator=torch.Generator().manual_seed(seed))
        share = n // len(classes) + (number < n % len(classes))
        drawn += [own[i] for i in order[:share].tolist()]
    return tuple(drawn)
