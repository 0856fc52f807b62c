"""Read a play's Markdown into paragraphs: headings, stage directions, speeches."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# What Markdown sets in italics is a stage direction; the source writes it as _Exit_, as
# _[Aside]_ and as *[Aside.]*, and some have lost one of their marks.
_DIRECTION = re.compile(r"^(?:[_*]+\[?|\[)([^_*]+?)\]?[_*]+ *$", re.MULTILINE)
_HEADING = re.compile(r"#+ +(.+)")
_SPEAKER = re.compile(r"\*\*([^*]+)\*\* *(?:\n|$)")
_NUMBERED = re.compile(r"\d+\. ")


@dataclass(kw_only=True)
class Heading:
    """An act, a scene, a prologue or an epilogue."""

    text: str


@dataclass(kw_only=True)
class Direction:
    """A stage direction that stands between speeches."""

    text: str


@dataclass(kw_only=True)
class SpeechLines:
    """One speech: its lines in order, stage directions among them in square brackets."""

    speaker: str
    lines: list[str] = field(default_factory=list)


Paragraph = Heading | Direction | SpeechLines


def paragraphs(markdown: str) -> list[Paragraph]:
    """Parse one play.

    A direction in the middle of a speech becomes a line of that speech, so that a blank line
    always ends a speech and every speech begins with its speaker.

    Args:
        markdown: The repaired text of the play, after its title.
    """
    parsed: list[Paragraph] = []
    for block in _blocks(markdown):
        if heading := _HEADING.fullmatch(block):
            parsed.append(Heading(text=_one_line(heading[1])))
        elif speaker := _SPEAKER.match(block):
            lines = _lines(block[speaker.end() :])
            parsed.append(SpeechLines(speaker=_name(speaker[1]), lines=lines))
        elif _NUMBERED.match(block):
            parsed.append(Direction(text=_direction(block)))
        elif direction := _DIRECTION.fullmatch(block):
            parsed.append(Direction(text=_direction(direction[1])))
        else:
            _continue(parsed, block)
    return parsed


def _blocks(markdown: str) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", markdown):
        if block.strip():
            yield block.strip()


def _continue(parsed: list[Paragraph], block: str) -> None:
    """Give a paragraph without a speaker to whoever was speaking before it."""
    after = len(parsed)
    while isinstance(before := parsed[after - 1], Direction):
        after -= 1
    if isinstance(before, SpeechLines):
        before.lines += [p.text for p in parsed[after:] if isinstance(p, Direction)]
        before.lines += _lines(block)
        del parsed[after:]
    elif before.text.startswith(("PROLOGUE", "EPILOGUE")):
        # Without a speaker's name it is the Prologue or the Epilogue that speaks.
        name = before.text.split(".")[0].capitalize()
        parsed.append(SpeechLines(speaker=name, lines=_lines(block)))
    elif after == len(parsed):
        before.text += " " + _one_line(block)
    else:
        raise ValueError(
            f"expected a speaker in bold before {block[:60]!r} in {before.text!r}, found none. "
            "Add the missing speaker to gptlab/corpora/repairs.py."
        )


def _lines(block: str) -> list[str]:
    if "_" in block or "*" in block:
        block = _DIRECTION.sub(lambda found: _direction(found[1]), block)
    return [line.strip() for line in block.splitlines() if line.strip()]


def _direction(text: str) -> str:
    text = re.sub(r" 's\b", "'s", _one_line(text).strip("[] "))
    return f"[{text if text.endswith('&c.') else text.removesuffix('.')}]"


def _name(speaker: str) -> str:
    return _one_line(speaker.replace(":", "").replace(" & ", " and "))


def _one_line(text: str) -> str:
    return " ".join(text.split())
