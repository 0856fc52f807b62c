"""Masks: who may look at whom."""

import pytest
import torch
from torch import Tensor

from gptlab.masks import (
    MASKS,
    Bidirectional,
    Causal,
    Chunked,
    Mask,
    RandomKeys,
    SlidingWindow,
    Strided,
    TwoLevel,
    from_json,
    to_json,
)

CAUSAL = [
    Causal(),
    *(kind(n) for kind in (SlidingWindow, Strided, TwoLevel, Chunked) for n in (1, 2, 3, 7)),
    *(Chunked(chunk, overlap) for chunk, overlap in ((2, 1), (5, 2), (7, 6))),
    *(RandomKeys(width, n_keys) for width, n_keys in ((1, 1), (3, 2), (7, 5))),
]


def table(mask: Mask, n_pos: int, first_query: int = 0) -> Tensor:
    positions = torch.arange(n_pos)
    return mask(positions[first_query:, None], positions[None])


def rows(text: str) -> list[list[bool]]:
    return [[digit == "1" for digit in line] for line in text.split()]


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (Causal(), "100 110 111"),
        (Bidirectional(), "111 111 111"),
        (SlidingWindow(1), "100 010 001"),
        (SlidingWindow(2), "1000 1100 0110 0011"),
        # Two nearest, then every second one: row 4 sees 4, 3, 2 (= 4 − 2) and 0 (= 4 − 4).
        (Strided(2), "10000 11000 11100 01110 10111"),
        # Chunks 01|23|4: row 4 sees itself and the last positions of both chunks, 1 and 3.
        (TwoLevel(2), "10000 11000 01100 01110 01011"),
        (TwoLevel(3), "10000 11000 11100 00110 00111"),
        # Chunks 01|23|4.
        (Chunked(2), "10000 11000 00100 00110 00001"),
        # Chunks 012, 234, 4…: 3 and 4 count in 234, and see from 2 on.
        (Chunked(3, 1), "10000 11000 11100 00110 00111"),
    ],
)
def test_small_masks_by_hand(mask: Mask, expected: str):
    """One row per query, one digit per key."""
    assert table(mask, len(expected.split())).tolist() == rows(expected)


def test_strided_reaches_back_in_whole_strides():
    """From 8 with stride 3: near 8, 7, 6, then 8 − 3 = 5 and 8 − 6 = 2."""
    assert table(Strided(3), 9)[8].nonzero().flatten().tolist() == [2, 5, 6, 7, 8]


@pytest.mark.parametrize("mask", CAUSAL, ids=str)
def test_causal_masks_never_see_the_future_and_always_see_themselves(mask: Mask):
    allowed = table(mask, 24)
    assert not (allowed & ~table(Causal(), 24)).any()
    assert allowed.diagonal().all()


def test_bidirectional_does_see_the_future():
    assert (table(Bidirectional(), 3) & ~table(Causal(), 3)).any()


@pytest.mark.parametrize("mask", [*CAUSAL, Bidirectional()], ids=str)
def test_a_query_asked_alone_sees_what_it_sees_in_the_whole(mask: Mask):
    whole = table(mask, 12)
    for first in (5, 11):
        assert torch.equal(table(mask, 12, first), whole[first:])


def test_two_level_summaries_have_seen_their_whole_chunk():
    allowed = table(TwoLevel(4), 16)
    for last in (3, 7, 11, 15):
        assert allowed[last, last - 3 : last + 1].all()
        assert allowed[last:, last].all()  # and everyone after them reads them


@pytest.mark.parametrize("kind", [SlidingWindow, Strided, TwoLevel, Chunked])
@pytest.mark.parametrize("size", [0, -3])
def test_a_width_below_one_is_refused(kind: type, size: int):
    with pytest.raises(ValueError, match=f"must be at least 1; got {size}"):
        kind(size)


@pytest.mark.parametrize(("chunk", "overlap"), [(4, 4), (4, -1), (1, 1)])
def test_an_overlap_leaves_a_chunk_something_new(chunk: int, overlap: int):
    with pytest.raises(ValueError, match=f"from 0 to {chunk - 1}; got {overlap}"):
        Chunked(chunk, overlap)


def test_random_keys_need_a_draw():
    with pytest.raises(ValueError, match="n_keys counts positions"):
        RandomKeys(3, 0)


def test_every_chunk_sees_at_least_its_overlap_and_at_most_itself():
    sees = table(Chunked(7, 3), 60).sum(1)[7:]
    assert (int(sees.min()), int(sees.max())) == (4, 7)


def test_random_keys_are_the_band_and_a_few_more():
    mask = RandomKeys(4, 3)
    more = table(mask, 200) & ~table(SlidingWindow(4), 200)
    assert int(more.sum(1).max()) == 3
    assert 2.5 < more[100:].sum(1).float().mean() <= 3
    places = more[150:].nonzero()[:, 1].float()
    assert 60 < places.mean() < 105  # all over the text, not only near


@pytest.mark.parametrize("mask", [*CAUSAL, Bidirectional()], ids=str)
def test_masks_survive_a_round_trip_through_json(mask: Mask):
    assert from_json(to_json(mask)) == mask


def test_every_mask_can_be_named():
    assert {type(mask).__name__ for mask in [*CAUSAL, Bidirectional()]} == set(MASKS)


@pytest.mark.parametrize("data", [{"kind": "Diagonal"}, {}])
def test_an_unknown_mask_is_refused_with_the_known_ones(data: dict[str, str]):
    with pytest.raises(ValueError, match=rf"unknown mask {data.get('kind')!r}; .*Causal, Bidir"):
        from_json(data)
