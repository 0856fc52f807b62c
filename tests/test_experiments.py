"""Recorded experiments: each seed is kept, files are whole, and a repetition is held to them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gptlab import experiments, provenance
from gptlab.cli.main import main
from gptlab.experiments import (
    Experiment,
    Numbers,
    Progress,
    cheapest_third,
    compare,
    record,
    recorded,
    registry,
)
from gptlab.experiments.recording import partial_file

EVERY = pytest.mark.parametrize("name", registry.NAMES)


def coin(seed: int, progress: Progress) -> Numbers:
    """Measure something at once: the seed, and a curve."""
    progress(0.5)
    return {"seed": float(seed), "curve": [1.0, 2.0 + seed]}


def larger(found: list[Numbers]) -> str:
    return "rises" if all(numbers["seed"] > 0 for numbers in found) else "falls"


def tiny(measure: Callable[[int, Progress], Numbers] = coin, **more: object) -> Experiment:
    options = {"question": "Does it rise?", "claims": (), "seeds": (1, 2, 3), "verdict": larger}
    return Experiment(name="tiny", measure=measure, **(options | more))


@pytest.fixture
def only_tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line know one experiment, which takes no time."""
    monkeypatch.setattr(registry, "NAMES", ("tiny",))
    monkeypatch.setattr(registry, "find", lambda name: tiny())


# Recording


def test_what_was_recorded_is_read_back(tmp_path: Path) -> None:
    made = record(tiny(), tmp_path, made={"command": "x"})
    assert recorded("tiny", tmp_path) == made
    assert made.verdict == "rises"
    assert made.seeds == (1, 2, 3)
    assert made.made == {"command": "x"}


def test_mean_and_spread_by_hand(tmp_path: Path) -> None:
    """Seeds 1, 2, 3: mean 2; the squares of −1, 0, 1 sum to 2, over n − 1 = 2 gives 1."""
    result = record(tiny(), tmp_path)
    assert (result.mean("seed"), result.spread("seed")) == (2, 1)
    assert result.mean("curve") == [1, 4]
    assert result.spread("curve") == [0, 1]
    assert result.values("seed") == [1, 2, 3]


def test_the_bar_goes_once_from_start_to_end(tmp_path: Path) -> None:
    said: list[tuple[float, str]] = []
    record(tiny(), tmp_path, report=lambda share, note: said.append((share, note)))
    shares = [share for share, _note in said]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == pytest.approx((2 + 0.5) / 3)
    assert said[0][1] == "seed 1, 1 of 3"


def test_an_interrupted_recording_goes_on_with_the_seeds_that_are_missing(tmp_path: Path) -> None:
    measured: list[int] = []

    def stops_once(seed: int, progress: Progress) -> Numbers:
        measured.append(seed)
        if measured == [1, 2]:
            raise KeyboardInterrupt
        return coin(seed, progress)

    with pytest.raises(KeyboardInterrupt):
        record(tiny(stops_once), tmp_path)
    assert not (tmp_path / "tiny.json").exists()
    assert partial_file("tiny", tmp_path).exists()
    result = record(tiny(stops_once), tmp_path)
    assert measured == [1, 2, 2, 3]
    assert result.seeds == (1, 2, 3)
    assert [file.name for file in tmp_path.iterdir()] == ["tiny.json"]


def test_seeds_of_another_version_of_the_module_are_not_taken_over(tmp_path: Path) -> None:
    record(tiny(), tmp_path)
    stored = json.loads((tmp_path / "tiny.json").read_text()) | {"source": "other", "verdict": ""}
    stored["runs"] = [{"seed": 1, "seconds": 1.0, "numbers": {"seed": 99.0, "curve": [9.0, 9.0]}}]
    partial_file("tiny", tmp_path).write_text(json.dumps(stored))
    assert record(tiny(), tmp_path).values("seed") == [1, 2, 3]


def test_the_earlier_result_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    record(tiny(), tmp_path)
    before = (tmp_path / "tiny.json").read_bytes()

    def breaks(seed: int, progress: Progress) -> Numbers:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        record(tiny(breaks), tmp_path)
    assert (tmp_path / "tiny.json").read_bytes() == before


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ({"seed": float("nan"), "curve": [1.0, 2.0]}, "expected finite numbers, came seed = nan"),
        ({"seed": 1.0}, "expected the names and lengths"),
        ({"seed": 1.0, "curve": [1.0]}, "expected the names and lengths"),
    ],
)
def test_numbers_that_cannot_be_compared_are_refused(
    tmp_path: Path, second: Numbers, message: str
) -> None:
    with pytest.raises(ValueError, match=f"seed 2: {message}"):
        record(tiny(lambda seed, p: second if seed == 2 else coin(seed, p)), tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": (1,)}, "two or more different seeds"),
        ({"seeds": (1, 1, 2)}, "two or more different seeds"),
        ({"claims": ("no-such-claim",)}, "no-such-claim"),
    ],
)
def test_an_experiment_that_could_decide_nothing_is_refused(
    options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        tiny(**options)


@pytest.mark.parametrize("name", ["list", "check", "Induction", "a_b", ""])
def test_a_name_that_the_command_line_cannot_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected a name of small letters"):
        replace(tiny(), name=name)


def test_a_missing_result_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="gptlab experiment tiny"):
        recorded("tiny", tmp_path)


def test_a_broken_result_is_named(tmp_path: Path) -> None:
    (tmp_path / "tiny.json").write_text("{}")
    with pytest.raises(ValueError, match=r"came .*tiny\.json"):
        recorded("tiny", tmp_path)


def test_a_name_that_was_not_measured_lists_those_that_were(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="seed, curve"):
        record(tiny(), tmp_path).mean("loss")


# Checking


def test_the_interval_by_hand(tmp_path: Path) -> None:
    """Seeds 1 to 3 are 2 apart, so 1 − 2 to 3 + 2; the curve starts at 1 ± 5 %, then 3 to 5 ± 2."""
    result = record(tiny(), tmp_path)
    assert result.interval("seed") == [(-1, 5)]
    assert result.interval("curve") == [(0.95, 1.05), (1, 7)]


def test_the_same_again_agrees(tmp_path: Path) -> None:
    result = record(tiny(), tmp_path)
    compared = compare(result, record(tiny(), tmp_path / "again"))
    assert compared.agrees
    assert compared.n_numbers == 9


def test_a_number_outside_its_interval_is_named(tmp_path: Path) -> None:
    result = record(tiny(), tmp_path)
    far = record(tiny(lambda s, p: coin(s, p) | {"seed": s + 3.5}), tmp_path / "far")
    compared = compare(result, far)
    assert [(o.name, o.seed, o.came) for o in compared.outliers] == [
        ("seed", 2, 5.5),
        ("seed", 3, 6.5),
    ]
    assert not compared.agrees


def test_another_verdict_is_enough_to_disagree(tmp_path: Path) -> None:
    result = record(tiny(), tmp_path)
    other = record(tiny(verdict=lambda _found: "falls"), tmp_path / "other")
    assert not compare(result, other).agrees


def test_other_measurements_cannot_be_compared(tmp_path: Path) -> None:
    result = record(tiny(), tmp_path)
    other = record(tiny(lambda s, p: {"seed": float(s)}), tmp_path / "other")
    with pytest.raises(ValueError, match="record it again with"):
        compare(result, other)


def test_a_third_is_rounded_up_and_the_cheapest_comes_first(tmp_path: Path) -> None:
    result = record(tiny(), tmp_path)
    four = [
        replace(result, experiment=str(s), runs=(replace(result.runs[0], seconds=s),))
        for s in (9.0, 2.0, 5.0, 7.0)
    ]
    assert [r.experiment for r in cheapest_third(four)] == ["2.0", "5.0"]


# The command line


def test_record_list_and_check(
    tmp_path: Path, only_tiny: None, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path)]
    assert main(["experiment", "list", *out]) == 0
    assert "not recorded; gptlab experiment tiny does it" in capsys.readouterr().out
    assert main(["experiment", "tiny", *out]) == 0
    assert "seed: 2 ± 1" in capsys.readouterr().out
    made = recorded("tiny", tmp_path).made
    assert made.keys() == {"command", "date", "gptlab", "torch", "machine"}
    assert main(["experiment", "list", *out]) == 0
    assert "rises (3 seeds, 0 s, 20" in capsys.readouterr().out
    assert main(["experiment", "check", *out]) == 0
    assert "agrees: rises; all 9 numbers" in capsys.readouterr().out


def test_check_fails_on_a_number_that_does_not_come_back(
    tmp_path: Path, only_tiny: None, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tiny(lambda s, p: coin(s, p) | {"seed": s + 90.0}), tmp_path)
    assert main(["experiment", "check", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "3 numbers outside the recorded interval" in said
    assert "seed, seed 1: 1 is not within 86.35 to 97.65" in said


def test_ctrl_c_keeps_what_is_done(
    tmp_path: Path,
    only_tiny: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stops(seed: int, progress: Progress) -> Numbers:
        if seed == 2:
            raise KeyboardInterrupt
        return coin(seed, progress)

    monkeypatch.setattr(registry, "find", lambda name: tiny(stops))
    assert main(["experiment", "tiny", "--out", str(tmp_path)]) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert partial_file("tiny", tmp_path).exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["induktion"], "expected an experiment, one of"),
        (["check", "--out", "nowhere"], "nothing is recorded"),
    ],
)
def test_what_cannot_be_done_is_explained(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["experiment", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_module_that_changed_since_is_told(
    tmp_path: Path, only_tiny: None, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tiny(), tmp_path)
    file = tmp_path / "tiny.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"source": "other"}))
    main(["experiment", "list", "--out", str(tmp_path)])
    assert "its module has changed since" in capsys.readouterr().out


# What ships


@EVERY
def test_every_experiment_has_the_name_of_its_module(name: str) -> None:
    assert registry.find(name).name == name


@EVERY
def test_every_experiment_is_recorded_with_the_verdict_that_its_numbers_give(name: str) -> None:
    """If it is missing, the message says which command records it."""
    experiment, result = registry.find(name), recorded(name)
    assert result.seeds == experiment.seeds
    assert result.claims == experiment.claims
    assert result.verdict == experiment.verdict([run.numbers for run in result.runs])
    assert result.made["command"].startswith(f"gptlab experiment {name}")
    assert (experiments.RESULTS / f"{name}.json").stat().st_size < 100_000


def test_a_commit_is_a_short_name_or_unknown() -> None:
    name = provenance.commit().removesuffix(" with changes")
    assert name == "unknown" or (7 <= len(name) <= 12 and int(name, 16))


def test_outside_a_clone_the_commit_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "HERE", tmp_path)
    assert provenance.commit() == "unknown"
