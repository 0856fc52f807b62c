"""What a notebook shows is escaped, described, and drawn no more often than needed."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import plotly.graph_objects
import pytest

from gptlab import display, figures, style
from gptlab.evaluation import Evaluation
from gptlab.training import StepResult


class Screen:
    """What reached the front end: each display, or the latest state of one that was updated."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.metadata: list[dict[str, Any]] = []
        self.n_sent = 0
        self.places: dict[str, int] = {}

    def take(
        self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **more: Any
    ) -> None:
        self.n_sent += 1
        name = more.get("display_id")
        if name in self.places:
            self.outputs[self.places[name]] = data
            self.metadata[self.places[name]] = metadata or {}
            return
        if isinstance(name, str):
            self.places[name] = len(self.outputs)
        self.outputs.append(data)
        self.metadata.append(metadata or {})

    def html(self) -> str:
        return "\n".join(data.get("text/html", "") for data in self.outputs)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    screen = Screen()
    monkeypatch.setattr("gptlab.display.output._display", screen.take)
    monkeypatch.setattr("IPython.display.display", screen.take)
    monkeypatch.setattr("IPython.core.display_functions.display", screen.take)

    def update(data: dict[str, Any], *, display_id: str, **more: Any) -> None:
        screen.take(data, display_id=display_id, **more)

    monkeypatch.setattr("IPython.core.display_functions.update_display", update)
    return screen


def result(step: int, n_steps: int = 100, **more: Any) -> StepResult:
    return StepResult(
        step=step,
        loss=8 - step / n_steps,
        lr=0.1,
        grad_norm=1.0,
        progress=step / n_steps,
        seconds=0.01 * step,
        **more,
    )


def results(n_steps: int = 100) -> Iterator[StepResult]:
    return (result(step, n_steps) for step in range(1, n_steps + 1))


def test_a_picture_comes_with_its_words(screen: Screen) -> None:
    picture = figures.loss_curve([1], [7.0])
    display.show(picture)
    image, words = screen.outputs
    assert base64.b64decode(image["image/png"]) == style.png(picture)
    assert screen.metadata[0]["image/png"]["alt"] == picture.description
    assert picture.description in words["text/html"]


def test_a_plotly_figure_travels_as_numbers_beside_its_picture(screen: Screen) -> None:
    moving = plotly.graph_objects.Figure(plotly.graph_objects.Scatter(x=[1, 2], y=[7.5, 6.25]))
    display.show(figures.loss_curve([1, 2], [7.5, 6.25]), moving)
    bundle = screen.outputs[0]
    assert bundle["image/png"]
    assert bundle["application/vnd.plotly.v1+json"]["data"][0]["y"] == [7.5, 6.25]
    assert "text/html" not in bundle  # where plotly would put its script, 4.8 MB of it
    assert len(json.dumps(bundle["application/vnd.plotly.v1+json"])) < 20_000


def test_a_picture_without_words_is_refused(screen: Screen) -> None:
    with pytest.raises(ValueError, match="says in words what it shows"):
        display.show(style.Picture())


def test_what_a_learner_typed_is_shown_and_never_run(screen: Screen) -> None:
    typed = "</td><script>alert(1)</script>"
    display.table([(typed, 1)], [typed, "n"], caption=typed)
    display.show(figures.pattern_heatmap({typed: [[1.0]]}, [typed]))
    assert "<script" not in screen.html()
    assert "&lt;script&gt;" in screen.html()


def test_a_table_has_a_caption_and_names_its_columns(screen: Screen) -> None:
    display.table([("W_E", 393216)], ["part", "parameters"], caption="Parts")
    markup = screen.html()
    assert "<caption>Parts</caption>" in markup
    assert '<th scope="col" style="text-align: left">part</th>' in markup
    assert '<th scope="col" style="text-align: right">parameters</th>' in markup
    assert '<td style="text-align: right">393,216</td>' in markup
    assert screen.outputs[0]["text/plain"] == "part\tparameters\nW_E\t393216"


def test_lines_in_a_cell_stay_lines(screen: Screen) -> None:
    display.table([("ROMEO:\nO!",)], ["text"])
    assert "<pre>ROMEO:\nO!</pre>" in screen.html()


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"row 1 has 1 cells, but there are 2 columns \(a, b\)"):
        display.table([(1, 2), (3,)], ["a", "b"])


def test_results_pass_through_unchanged(screen: Screen) -> None:
    every = list(results())
    assert list(display.live_loss(iter(every), figures.loss_curve)) == every


def test_what_stays_is_one_picture_of_the_whole_run(screen: Screen) -> None:
    measured = Evaluation(6.5, 100, 400)
    run = [*results(), result(101, 101, validation=measured)]
    list(display.live_loss(run, figures.loss_curve))
    progress, curve, words = screen.outputs
    assert "step 101 of 101" in progress["text/plain"]
    assert "at step 101" in curve["text/plain"]
    assert "Validation at step 101: 6.50." in words["text/html"]


def test_the_final_words_hold_no_time(screen: Screen) -> None:
    list(display.live_loss(results(), figures.loss_curve))
    assert screen.outputs[0]["text/plain"] == "step 100 of 100"


def test_while_it_runs_it_says_what_is_left(screen: Screen) -> None:
    live = display.live_loss(results(), figures.loss_curve)
    next(live)
    assert screen.outputs[0]["text/plain"] == "step 1 of 100 · 1 s left"
    assert '<progress max="1" value="0.0100"' in screen.outputs[0]["text/html"]


def test_it_draws_at_most_five_times_a_second(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(1_000_000))
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock) * 1e-3)  # 1 ms per look
    list(display.live_loss(results(1000), figures.loss_curve))
    # One second of that clock, so the words change 5 or 6 times and the curve as often; both are
    # sent at the start and at the end too, and the words for the picture once.
    assert 10 <= screen.n_sent <= 2 * 6 + 5


def test_stopping_early_leaves_the_picture_so_far(screen: Screen) -> None:
    live = display.live_loss(results(), figures.loss_curve)
    for step in live:
        if step.step == 40:
            break
    live.close()  # type: ignore[attr-defined]
    assert "at step 40" in screen.outputs[1]["text/plain"]


def test_an_error_in_training_is_not_swallowed(screen: Screen) -> None:
    def fails() -> Iterator[StepResult]:
        yield result(1)
        raise ArithmeticError("diverged")

    with pytest.raises(ArithmeticError, match="diverged"):
        list(display.live_loss(fails(), figures.loss_curve))
    assert "at step 1" in screen.outputs[1]["text/plain"]


def test_a_table_may_be_empty(screen: Screen) -> None:
    display.table([], ["a", "b"])
    assert screen.html().count("<th ") == 2
