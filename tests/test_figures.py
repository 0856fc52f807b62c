"""Figures show the numbers that they were given, and say so in words."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gptlab import figures, style
from tools import figures as tool


def pattern(n: int) -> NDArray[np.float64]:
    """Each token looks at all tokens so far, the nearer the more."""
    weights = np.tril(np.arange(1.0, n + 1) * np.ones((n, 1)))
    return weights / weights.sum(1, keepdims=True)


def words_in(picture: style.Picture) -> str:
    from matplotlib.text import Text

    return " ".join(t.get_text() for t in picture.findobj(Text))  # type: ignore[attr-defined]


def test_the_loss_curve_draws_each_loss() -> None:
    picture = figures.loss_curve([1, 2, 3], [7.0, 6.0, 5.0], {3: 5.5})
    line, dots = picture.axes[0].get_lines()
    assert list(line.get_xydata()[:, 1]) == [7.0, 6.0, 5.0]
    assert dots.get_xydata().tolist() == [[3.0, 5.5]]


def test_the_bold_line_is_a_mean_over_the_latest_batches() -> None:
    losses = [float(i) for i in range(30)]
    picture = figures.loss_curve(range(1, 31), losses)
    bold = picture.axes[0].get_lines()[1].get_xydata()
    assert bold[0].tolist() == pytest.approx([25, 12.0])  # the mean of 0 … 24, at step 25


def test_baselines_are_named_with_their_numbers() -> None:
    picture = figures.loss_curve([1], [7.0], baselines={"frequencies": 6.054})
    assert "frequencies 6.05" in words_in(picture)


def test_a_run_that_goes_on_leaves_room_for_the_rest() -> None:
    assert figures.loss_curve([1, 2], [7.0, 6.0], n_steps=500).axes[0].get_xlim() == (0, 500)


def test_a_loss_curve_can_be_drawn_before_the_first_step() -> None:
    assert style.png(figures.loss_curve([], [], {}, baselines={"a": 1.0}))


def test_the_loss_in_words_has_first_last_and_validation() -> None:
    said = figures.loss_curve([1, 2], [7.0, 6.0], {2: 6.5}).description
    assert "from 7.00 nats per token at step 1 to 6.50 at step 2 (mean of the last 2" in said
    assert "Validation at step 2: 6.50." in said


def test_what_is_masked_stays_empty() -> None:
    picture = figures.pattern_heatmap({"a": pattern(4)}, list("abcd"))
    shown = picture.axes[0].get_images()[0].get_array()
    assert (np.ma.getmaskarray(shown) == np.triu(np.ones((4, 4)), 1).astype(bool)).all()


def test_without_a_causal_mask_every_cell_is_drawn() -> None:
    picture = figures.pattern_heatmap({"a": np.full((3, 3), 1 / 3)}, list("abc"), causal=False)
    shown = picture.axes[0].get_images()[0].get_array()
    assert not np.ma.getmaskarray(shown).any()
    assert words_in(picture).count(".33") == 9


def test_a_control_shares_the_colour_scale() -> None:
    picture = figures.pattern_heatmap({"a": pattern(3), "control": pattern(3) ** 2}, list("abc"))
    limits = [axes.get_images()[0].get_clim() for axes in picture.axes[:2]]
    assert limits == [(0, 1), (0, 1)]


def test_the_axes_of_a_pattern_say_who_looks_at_whom() -> None:
    said = words_in(figures.pattern_heatmap({"a": pattern(2)}, ["x", "y"]))
    assert "query: the token that looks" in said
    assert "key: the token looked at" in said
    assert "a row sums to 1" in said


def test_a_pattern_in_words_names_the_brightest_cell_of_the_last_row() -> None:
    said = figures.pattern_heatmap({"head 0": pattern(3)}, ["The", "␣cat", "␣sat"]).description
    assert "head 0: the last token, ␣sat, looks most at ␣sat (50%)." in said


def test_a_tensor_is_as_good_as_an_array() -> None:
    assert figures.pattern_heatmap({"a": torch.eye(2)}, ["x", "y"]).axes


@pytest.mark.parametrize("shape", [(2, 3), (1, 2, 2), (3, 3)])
def test_a_pattern_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a: expected a pattern of 2 × 2, one row and one column"):
        figures.pattern_heatmap({"a": np.zeros(shape)}, ["x", "y"])


@pytest.mark.parametrize("text", ["x$y$", "猫坐在垫子上", "👩‍🚀", "a\\b_c^d", "<script>"])
def test_any_token_can_be_drawn(text: str) -> None:
    assert style.png(figures.pattern_heatmap({"a": pattern(2)}, [text, "b"]))


def test_a_long_text_is_labelled_sparsely() -> None:
    picture = figures.pattern_heatmap({"a": pattern(256)}, ["t"] * 256)
    assert 0 < len(picture.axes[0].get_xticks()) <= figures.MOST_LABELS


def test_a_character_that_no_font_has_is_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "_drawable_codes", lambda: frozenset(map(ord, "The cat")))
    assert style.drawable("The 猫") == "The <U+732B>"
    assert style.missing("猫 The 猫") == "猫"
    assert "<U+732B>" in words_in(figures.pattern_heatmap({"a": pattern(1)}, ["猫"]))


def test_the_shares_of_parameters_sum_to_the_whole() -> None:
    picture = figures.parameter_bars({"attention": 300, "MLP": 700})
    assert "300  (30.0%)" in words_in(picture) and "700  (70.0%)" in words_in(picture)
    assert picture.description.startswith("1,000 parameters")


def test_the_map_names_every_lesson_and_what_is_to_come() -> None:
    picture = figures.course_map(figures.lessons())
    for number, (title, question, _ready) in enumerate(figures.lessons()):
        assert f"{number} · {title}" in words_in(picture)
        assert question in words_in(picture)
    assert picture.description.startswith("Map of the course. Ready: Start, Tokens, Word vectors, ")
    later = [title for title, _question, ready in figures.lessons() if not ready]
    assert f"To come: {', '.join(later) or '–'}" in picture.description


def test_the_map_and_the_notebooks_agree() -> None:
    folder = Path(figures.__file__).parents[2] / "notebooks" / "src"
    there = {int(path.stem[:2]) for path in folder.glob("*.md")}
    ready = {n for n, (_title, _question, ready) in enumerate(figures.lessons()) if ready}
    assert ready == there


# Style


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    from matplotlib.colors import to_rgb

    def luminance(colour: str) -> float:
        parts = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [style.QUERY, style.KEY, style.VALUE])
def test_query_key_and_value_stand_out_from_white(colour: str) -> None:
    assert contrast(colour, "#ffffff") > 3  # WCAG 2.2, 1.4.11: graphical objects


@pytest.mark.parametrize("share", np.linspace(0, 1, 11))
def test_numbers_in_cells_can_be_read(share: float) -> None:
    from matplotlib.colors import to_hex

    cell = style.patterns()(share)
    assert contrast(style.ink_on(cell), to_hex(cell)) > 4.5  # WCAG 2.2, 1.4.3: text


def test_drawing_leaves_other_peoples_settings_alone() -> None:
    import matplotlib

    matplotlib.rcParams["font.size"] = 3
    try:
        picture = figures.loss_curve([1], [1.0])
        style.png(picture)
        assert matplotlib.rcParams["font.size"] == 3
        assert picture.axes[0].xaxis.label.get_size() == 13
    finally:
        matplotlib.rcdefaults()


def test_a_picture_is_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    draw = (
        "import sys, pathlib\nfrom gptlab import figures, style\n"
        "p = figures.course_map(figures.lessons())\n"
        "pathlib.Path(sys.argv[1]).write_bytes(style.svg(p) + style.png(p))"
    )
    first, second = tmp_path / "1", tmp_path / "2"
    for path in (first, second):
        subprocess.run([sys.executable, "-c", draw, str(path)], check=True, cwd=tool.FOLDER.parent)
    assert first.read_bytes() == second.read_bytes()


def test_files_carry_no_date_and_no_version() -> None:
    picture = figures.loss_curve([1], [1.0])
    for content in (style.svg(picture), style.png(picture)):
        assert b"Matplotlib" not in content
        assert b"dc:date" not in content


def test_the_tool_writes_both_forms(tmp_path: Path) -> None:
    tool.write("x", figures.loss_curve([1], [1.0]), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.png", "x.svg"]


def test_the_tool_names_the_pictures_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        tool.main(["00_nothing"])
    assert "there are 00_course_map, 00_attention, 00_loss" in capsys.readouterr().err


def test_the_grid_of_heads_has_each_pattern_in_its_place() -> None:
    patterns = np.stack([pattern(4) * weight for weight in (1.0, 0.5, 0.25, 0.125, 0.1, 0.05)])
    picture = figures.heads_grid(patterns.reshape(2, 3, 4, 4), list("abcd"))
    grids = [axes.get_images()[0].get_array() for axes in picture.axes[:6]]
    assert [grid[3, 3] for grid in grids] == [p[3, 3] for p in patterns]
    assert all(grid.mask[0, 1] and not grid.mask[1, 0] for grid in grids)
    assert {axes.get_images()[0].get_clim() for axes in picture.axes[:6]} == {(0, 1)}


def test_the_grid_of_heads_in_words_names_the_one_that_looks_hardest() -> None:
    even = np.tril(np.ones((3, 3))) / np.arange(1, 4)[:, None]
    patterns = np.stack([even, even, even, even]).reshape(2, 2, 3, 3).copy()
    patterns[1, 0, 2] = [0.1, 0.8, 0.1]
    said = figures.heads_grid(patterns, ["a", "b", "c"]).description
    assert "2 layers × 2 heads over 3 tokens" in said
    assert "token, c, looks hardest in layer 1, head 0: at b (80%)" in said


def test_a_grid_of_heads_for_other_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match=r"layers × heads × 2 × 2, .* got shape \(1, 1, 3, 3\)"):
        figures.heads_grid(np.ones((1, 1, 3, 3)) / 3, ["a", "b"])
