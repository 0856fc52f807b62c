"""Progress bars with the time left, on the terminal's error stream."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

_LAYOUT = "{desc} {percentage:3.0f}% |{bar}| {elapsed}, {remaining} left"


@contextmanager
def progress_bar(
    description: str, *, done: float = 0.0, show: bool = True
) -> Iterator[Callable[..., None]]:
    """Show a bar while the `with` block runs.

    Args:
        description: What is going on.
        done: The share that is done already, 0 to 1.
        show: False shows nothing, for all processes but the first.

    Yields:
        A function of the share done, and of a note to show beside it.
    """
    bar = tqdm(
        total=1.0,
        initial=done,
        desc=description,
        bar_format=_LAYOUT,
        disable=not show,
        dynamic_ncols=True,
        leave=False,
    )

    def move(share: float, note: str = "") -> None:
        bar.set_description_str(f"{description} {note}".strip(), refresh=False)
        bar.update(share - bar.n)

    with bar:
        yield move
