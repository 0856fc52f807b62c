"""Lesson 1: its worked examples, its pictures, and that no claim about tokens is left out."""

import re
from collections import Counter

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from gptlab import figures, style, tokenizers
from gptlab.claims import claims
from gptlab.tokenizers import ByteBPE
from tools import figures as tool
from tools import notebooks

KEY_WORDS = "春天 原野 生机勃勃 百花盛开 美丽 耀眼 牡丹".split()
TINY = ByteBPE(name="tiny", merges=((b"h", b"e"), (b" ", b"t"), (b" t", b"he")))

(SOURCE,) = notebooks.sources(["01"])
LESSON = SOURCE.read_text(encoding="utf-8")


def words_in(picture: style.Picture) -> list[str]:
    return [t.get_text() for t in picture.findobj(Text)]  # type: ignore[attr-defined]


def boxes_of(picture: style.Picture, colour: str) -> int:
    wanted = to_rgba(colour)
    return sum(patch.get_facecolor() == wanted for patch in picture.axes[0].patches)


# The lesson


def test_every_claim_about_tokens_gets_one_verdict() -> None:
    given = Counter(re.findall(r'verdict\("([a-z-]+)"', LESSON))
    assert given == Counter(claim.id for claim in claims("01"))


@pytest.mark.parametrize("text", [tool.WORD, tool.PEONY, tool.ENGLISH, tool.CHINESE])
def test_the_pictures_in_the_readme_use_the_texts_of_the_lesson(text: str) -> None:
    assert f'"{text}"' in LESSON


def test_the_pictures_in_the_readme_use_the_merges_of_the_lesson() -> None:
    assert f"n_merges = {[*tool.N_MERGES]}" in LESSON


# Worked examples


def test_the_first_merges_of_the_four_words() -> None:
    """Sennrich et al. 2016: low 5, lower 2, newest 6, widest 3.

    `es` and `st` stand together 6 + 3 = 9 times, and the tie goes to `es`; then `es t` 9 times,
    `l o` and after it `lo w` 5 + 2 = 7 times, more than the 6 of any pair left in *newest*.
    """
    texts = ["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3
    merges = tokenizers.train_bpe(texts, 256 + 4).merges
    assert merges == ((b"e", b"s"), (b"es", b"t"), (b"l", b"o"), (b"lo", b"w"))


def test_the_list_of_key_words_keeps_half_of_the_sentence() -> None:
    assert (len(tool.PEONY), len(tool.PEONY.encode())) == (36, 102)
    assert len("".join(KEY_WORDS)) == 18
    assert all(word in tool.PEONY for word in KEY_WORDS)


@pytest.mark.parametrize(
    ("name", "of_sentence", "of_peony", "of_spring", "of_full_of_life"),
    [("gpt2", 62, 4, 3, 7), ("cl100k", 47, 4, 3, 6), ("o200k", 36, 2, 2, 6)],
)
def test_the_sentence_about_the_peony_is_whole_in_every_vocabulary(
    name: str, of_sentence: int, of_peony: int, of_spring: int, of_full_of_life: int
) -> None:
    vocabulary = getattr(tokenizers, name)()
    texts = (tool.PEONY, "牡丹", "春天", "生机勃勃")
    ids = [vocabulary.encode(text) for text in texts]
    assert [*map(len, ids)] == [of_sentence, of_peony, of_spring, of_full_of_life]
    assert tuple(map(vocabulary.decode, ids)) == texts


@pytest.mark.parametrize(("name", "n_tokens"), [("gpt2", 68), ("cl100k", 47), ("o200k", 34)])
def test_commas_of_full_width_change_the_count(name: str, n_tokens: int) -> None:
    vocabulary = getattr(tokenizers, name)()
    assert len(vocabulary.encode(tool.PEONY.replace(",", "\uff0c"))) == n_tokens


# Pictures


def test_a_replay_has_one_row_for_each_merge_and_one_for_the_bytes() -> None:
    picture = figures.merge_replay(TINY, " the")
    rows = [label.get_text() for label in picture.axes[0].get_yticklabels()]
    assert rows == ["single bytes", "merge 1: h + e", "merge 2: ␣ + t", "merge 3: ␣t + he"]


def test_a_replay_colours_what_each_merge_made() -> None:
    assert boxes_of(figures.merge_replay(TINY, " the"), style.BLUE) == 3
    assert boxes_of(figures.merge_replay(TINY, "abc"), style.BLUE) == 0


def test_a_piece_is_as_wide_as_the_bytes_that_it_joins() -> None:
    boxes = [*figures.merge_replay(TINY, " the").axes[0].patches]
    assert all(isinstance(box, Rectangle) for box in boxes)
    first, last = boxes[:4], boxes[-1]
    assert last.get_x() == first[0].get_x()
    assert last.get_x() + last.get_width() == pytest.approx(first[3].get_x() + first[3].get_width())


def test_a_replay_says_every_step_in_words() -> None:
    said = figures.merge_replay(TINY, " the").description
    assert "single bytes: ␣ | t | h | e." in said
    assert "merge 2: ␣ + t: ␣t | he." in said


def test_a_torn_character_is_replayed_as_bytes() -> None:
    assert {"<E7>", "<8C>", "<AB>"} <= set(words_in(figures.merge_replay(TINY, "猫")))


@pytest.mark.parametrize("text", ["", "a" * (figures.MOST_BYTES + 1)])
def test_a_text_that_cannot_be_replayed_readably_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"of 1 to 40 bytes, got (0|41)\. .*TokenExplorer"):
        figures.merge_replay(TINY, text)


def test_tokens_against_merges_draws_each_number() -> None:
    picture = figures.tokens_against_merges([0, 10], {"a play": [1.0, 0.6], "Chinese": [1.0, 1.0]})
    play, chinese = picture.axes[0].get_lines()
    assert play.get_xydata().tolist() == [[0, 1.0], [10, 0.6]]
    assert chinese.get_ydata().tolist() == [1.0, 1.0]
    assert "a play: 1.00 tokens per byte, 0.60 after 10 merges." in picture.description


def test_every_bar_of_a_cost_carries_its_number() -> None:
    costs = {"English": {"GPT-2": 13, "ours": 20}, "Chinese": {"GPT-2": 36, "ours": 57}}
    halves = {text: {k: n / 2 for k, n in each.items()} for text, each in costs.items()}
    picture = figures.token_costs({"tokens": costs, "tokens per half": halves})
    assert {"13", "20", "36", "57", "6.50", "28.50"} <= set(words_in(picture))
    assert [bar.get_width() for bar in picture.axes[0].patches] == [13, 20, 36, 57]
    assert "tokens – English: GPT-2 13, ours 20; Chinese: GPT-2 36, ours 57." in picture.description


def test_what_did_not_change_stays_empty() -> None:
    change = np.array([[0.0, 0.0], [-3.0, 0.0], [0.0, 1e-9]])
    picture = figures.changed_vectors({"embedding": change}, ["a", "b", "c"])
    shown = picture.axes[0].get_images()[0].get_array()
    assert np.ma.getmaskarray(shown).tolist() == [[True, True], [False, True], [True, False]]
    assert shown.max() == 3.0
    assert picture.description == "embedding: 2 of 3 rows differ: b, c."


def test_two_calls_that_agree_can_be_drawn() -> None:
    picture = figures.changed_vectors({"embedding": np.zeros((2, 4))}, ["a", "b"])
    assert style.png(picture)
    assert picture.description == "embedding: 0 of 2 rows differ: –."


@pytest.mark.parametrize("shape", [(3, 4), (4,), (1, 2, 4)])
def test_changes_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one row for each of 2 tokens, got shape"):
        figures.changed_vectors({"embedding": np.ones(shape)}, ["a", "b"])
