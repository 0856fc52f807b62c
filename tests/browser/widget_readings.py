"""What the widgets say, read from the page as a reader would, beside what torch says."""

import re
import time
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Locator, expect

from gptlab.widgets.backends import Backend, Head, newest

# A percentage with two digits after the point, a logit with four.
HALF_A_HUNDREDTH_OF_A_PERCENT = 0.5e-4 + 1e-6
LOGITS = 1e-4 + 0.5e-4


def eventually(check: Callable[[], None], seconds: float = 20) -> None:
    """Repeat a check until it holds: an answer is drawn a moment after it was asked for."""
    end = time.monotonic() + seconds
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def view_of(mount: Locator) -> Locator:
    return mount.locator(".gptlab").first


def typed(view: Locator, text: str) -> None:
    view.locator("textarea").fill(text)


def cells(table: Locator) -> list[list[str]]:
    """The text of every cell of a table's body, row by row."""
    return table.locator("tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    )


def opened(view: Locator, summary: str) -> Locator:
    """A folded table, unfolded."""
    details = view.locator("details").filter(has=view.page.locator("summary", has_text=summary))
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    return details.locator("table")


def share(text: str) -> float:
    return float(text.rstrip("%").replace(",", "").strip()) / 100


def softmax(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits.astype(np.float64) - logits.max())
    return shares / shares.sum()


def check_attention(view: Locator, backend: Backend, text: str, layer: int, head: int) -> None:
    """Every weight of the large map is torch's, and so is what switching the head off does."""
    ids, _n_left_out = newest(backend.tokenizer.encode(text), backend.n_ctx)
    expect(view.locator(".cells")).to_have_attribute("aria-label", re.compile(rf"\b{len(ids)}\b"))
    pattern = backend.read(ids).pattern[layer, head]
    expected = [pattern[i, j] for i in range(len(ids)) for j in range(i + 1)]
    table = opened(view, "large map")

    def weights_are_equal() -> None:
        got = [share(row[3]) for row in cells(table)]
        assert len(got) == len(expected)
        np.testing.assert_allclose(got, expected, atol=HALF_A_HUNDREDTH_OF_A_PERCENT)

    eventually(weights_are_equal)
    check_effect(view, backend, ids, (layer, head))


def check_effect(view: Locator, backend: Backend, ids: list[int], head: Head) -> None:
    part = view.locator(".effect")
    expect(part.locator(".status")).to_have_text("", timeout=20_000)
    expect(part.locator("[aria-busy=true]")).to_have_count(0, timeout=20_000)
    rows = [row for row in cells(part.locator("table")) if len(row) == 3]
    other = re.search(r"layer (\d+), head (\d+)$", rows[2][0])
    assert other, rows
    without = [[], [head], [(int(other[1]), int(other[2]))]]
    token = int(backend.read(ids).logits.argmax())
    twin = backend.untrained()
    assert twin
    expected = [
        softmax(model.read(ids, off).logits)[token] for model in (backend, twin) for off in without
    ]
    got = [share(row[1]) for row in rows]
    np.testing.assert_allclose(got, expected, atol=HALF_A_HUNDREDTH_OF_A_PERCENT)


def check_next_token(
    view: Locator, backend: Backend, text: str, *, temperature: float = 1.0
) -> None:
    """Logits, probabilities and what the temperature makes of them are torch's."""
    ids, _n_left_out = newest(backend.tokenizer.encode(text), backend.n_ctx)
    logits = backend.read(ids).logits
    own, made = softmax(logits), softmax(logits / temperature)
    best = np.argsort(-logits, kind="stable")[:100]
    table = opened(view, "likeliest 100 tokens")

    def numbers_are_equal() -> None:
        rows = cells(table)[:100]
        ids = [int(row[2]) for row in rows]
        assert ids[:10] == best[:10].tolist()
        shown = [float(row[4].replace("−", "-")) for row in rows]
        np.testing.assert_allclose(shown, logits[ids], atol=LOGITS)
        for column, expected in ((5, own), (6, made)):
            shown = [share(row[column]) for row in rows]
            np.testing.assert_allclose(shown, expected[ids], atol=HALF_A_HUNDREDTH_OF_A_PERCENT)

    eventually(numbers_are_equal)


def set_range(view: Locator, name: str, value: float) -> None:
    """Move a slider as dragging does."""
    view.get_by_label(name, exact=False).first.evaluate(
        """(input, value) => {
          input.value = value;
          input.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        str(value),
    )
