"""What a notebook shows: pictures with words, tables, the loss while it falls.

Everything that a learner may have typed is escaped here, in one place.
"""

import base64
import html
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

from IPython.display import DisplayHandle
from IPython.display import display as _display

from gptlab import style
from gptlab.catalogue import text as _
from gptlab.style import Picture
from gptlab.training import StepResult

REDRAW_EVERY = 0.2  # seconds: five times a second at most
DRAWING_SHARE = 0.1  # of the time at most goes into pictures, the rest into training
LossPicture = Callable[..., Picture]


@runtime_checkable
class Plotly(Protocol):
    """What a plotly figure offers, so that this module needs no plotly."""

    def to_json(self) -> str | None:
        """Return the figure in plotly's JSON."""
        ...


def show(picture: Picture, moving: Plotly | None = None) -> None:
    """Show a picture, and below it, folded away, what it shows in words.

    Args:
        picture: The picture; on GitHub and on paper it is all that can be seen.
        moving: A plotly figure of the same numbers, to turn and to hover over. It travels as
            plotly's JSON, which JupyterLab draws itself: no script comes with it.

    Raises:
        ValueError: If the picture has no description.
    """
    _shown(picture, moving=moving)
    _show_words(picture)


def _shown(
    picture: Picture, handle: DisplayHandle | None = None, moving: Plotly | None = None
) -> None:
    if not picture.description:
        raise ValueError(
            "expected a picture that says in words what it shows, got one without. Pass "
            "Picture(description=...): some readers hear a lesson instead of seeing it."
        )
    png = style.png(picture)
    width, height = (round(inches * style.DPI) for inches in picture.get_size_inches())
    data: dict[str, Any] = {
        "image/png": base64.b64encode(png).decode(),
        "text/plain": picture.description,
    }
    if moving is not None:
        data["application/vnd.plotly.v1+json"] = json.loads(moving.to_json() or "{}")
    # JupyterLab 4.6 leaves the alternative text out, nbconvert uses it.
    metadata = {"image/png": {"alt": picture.description, "width": width, "height": height}}
    _send(data, metadata, handle)


def _show_words(picture: Picture) -> None:
    summary, words = html.escape(_("The picture in words")), html.escape(picture.description)
    markup = f"<details><summary>{summary}</summary><p>{words}</p></details>"
    _send({"text/html": markup, "text/plain": picture.description})


def table(rows: Iterable[Sequence[object]], header: Sequence[str], *, caption: str = "") -> None:
    """Show a table; whole numbers stand right-aligned, text with several lines keeps them.

    Args:
        rows: Cells, row by row; anything that is not text is shown as `str` shows it.
        header: A name for each column.
        caption: What the table is about.

    Raises:
        ValueError: If a row has not one cell per column.
    """
    cells = [list(row) for row in rows]
    for number, row in enumerate(cells):
        if len(row) != len(header):
            raise ValueError(
                f"row {number} has {len(row)} cells, but there are {len(header)} columns "
                f"({', '.join(header)}). Give each row one cell per column."
            )
    _send({"text/html": _table_html(cells, header, caption), "text/plain": _plain(cells, header)})


def _table_html(cells: list[list[object]], header: Sequence[str], caption: str) -> str:
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    columns = zip(*cells, strict=True) if cells else [()] * len(header)
    names = "".join(
        f'<th scope="col" style="text-align: {"right" if all(map(_is_count, column)) else "left"}">'
        f"{html.escape(name)}</th>"
        for name, column in zip(header, columns, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in cells)
    return f"<table>{title}<thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def _is_count(content: object) -> bool:
    return isinstance(content, int) and not isinstance(content, bool)


def _cell(content: object) -> str:
    if _is_count(content):
        return f'<td style="text-align: right">{content:,}</td>'
    words = html.escape(str(content))
    inside = f"<pre>{words}</pre>" if "\n" in words else words
    return f'<td style="text-align: left">{inside}</td>'


def _plain(cells: list[list[object]], header: Sequence[str]) -> str:
    rows: list[list[object]] = [[*header], *cells]
    return "\n".join("\t".join(map(str, row)) for row in rows)


def live_loss(results: Iterable[StepResult], draw: LossPicture) -> Iterator[StepResult]:
    """Hand on the results of a training run, and draw its loss while it falls.

    What stays at the end, also after Ctrl-C, is one picture of the whole run.

    Args:
        results: What `train` yields.
        draw: `figures.loss_curve`, or that with some arguments given.

    Yields:
        Each result, as it came.
    """
    view = _LossView(draw)
    try:
        for result in results:
            view.add(result)
            yield result
    finally:
        view.finish()


class _LossView:
    def __init__(self, draw: LossPicture) -> None:
        self.draw = draw
        self.steps: list[int] = []
        self.losses: list[float] = []
        self.validation: dict[int, float] = {}
        self.progress, self.curve = DisplayHandle(), DisplayHandle()
        self.n_steps = 0
        self.last: StepResult | None = None
        self.next_words = self.next_curve = 0.0
        self._progress()
        self._curve()

    def add(self, result: StepResult) -> None:
        self.last = result
        self.steps.append(result.step)
        self.losses.append(result.loss)
        if result.validation:
            self.validation[result.step] = result.validation.loss
        self.n_steps = round(result.step / result.progress) if result.progress else 0
        now = time.perf_counter()
        if now >= self.next_words:
            self.next_words = now + REDRAW_EVERY
            self._progress()
        if now >= self.next_curve:
            self._curve()

    def finish(self) -> None:
        self._progress(finished=True)
        _show_words(self._curve())

    def _curve(self) -> Picture:
        began = time.perf_counter()
        picture = self.draw(self.steps, self.losses, self.validation, n_steps=self.n_steps)
        _shown(picture, self.curve)
        spent = time.perf_counter() - began
        self.next_curve = time.perf_counter() + max(REDRAW_EVERY, spent / DRAWING_SHARE)
        return picture

    def _progress(self, finished: bool = False) -> None:
        step = self.last.step if self.last else 0
        done = self.last.progress if self.last else 0.0
        words = _("step {step:,} of {total:,}", step=step, total=max(self.n_steps, step))
        if self.last and done and not finished:
            left = self.last.seconds * (1 - done) / done
            words = _("{steps} · {left:.0f} s left", steps=words, left=left)
        bar = f'<progress max="1" value="{done:.4f}" aria-label="{html.escape(words)}"></progress>'
        markup = f"<div>{bar} {html.escape(words)}</div>"
        _send({"text/html": markup, "text/plain": words}, handle=self.progress)


def _send(
    data: dict[str, Any],
    metadata: dict[str, Any] | None = None,
    handle: DisplayHandle | None = None,
) -> None:
    if handle is None:
        _display(data, metadata=metadata or {}, raw=True)
    elif getattr(handle, "sent", False):
        handle.update(data, metadata=metadata or {}, raw=True)
    else:
        handle.display(data, metadata=metadata or {}, raw=True)
        handle.sent = True  # type: ignore[attr-defined]
