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
    Shorter,
    cheapest_third,
    clear_differences,
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
    with pytest.raises(FileNotFoundError, match="gptlab experiment run tiny"):
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
    assert "not recorded; gptlab experiment run tiny does it" in capsys.readouterr().out
    assert main(["experiment", "run", "tiny", *out]) == 0
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
        (["run", "induktion"], "expected an experiment, one of"),
        (["run"], "run which one?"),
        (["list", "induction"], "Write: gptlab experiment run induction"),
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


# Repeating, whole or shorter


def curve(seed: int, progress: Progress) -> Numbers:
    """The first of three is clearly ahead of the second; the third is not told from either."""
    return {"a": 0.9 + seed / 100, "b": 0.2, "c": 0.5 if seed % 2 else 0.95}


def swapped(seed: int, progress: Progress) -> Numbers:
    return {"a": 0.2, "b": 0.9, "c": 0.5}


def pairs(numbers: Numbers) -> dict[str, float]:
    a, b, c = (numbers[name] for name in "abc")
    assert isinstance(a, float) and isinstance(b, float) and isinstance(c, float)
    return {"a − b": a - b, "a − c": a - c, "b − a": b - a}


def with_shorter(measure: Callable[[int, Progress], Numbers]) -> Experiment:
    shorter = Shorter(measure=measure, differences=pairs, clear=0.1)
    return tiny(curve, shorter=shorter, verdict=lambda _found: "a leads")


def test_only_what_is_clear_in_every_seed_is_held_against_a_repetition(tmp_path: Path) -> None:
    """a − c is 0.41 in seeds 1 and 3, but −0.03 in seed 2: it is not clear, whatever its mean."""
    experiment = with_shorter(curve)
    result = record(experiment, tmp_path)
    assert experiment.shorter is not None
    found = clear_differences(result, record(experiment, tmp_path / "again"), experiment.shorter)
    assert [each.name for each in found] == ["a − b", "b − a"]
    assert all(each.kept for each in found)
    assert found[0].recorded == pytest.approx(0.72)


@pytest.fixture
def shorter_tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of `curve`, and a command line that knows it and runs in an empty folder."""
    from gptlab.cli import repeating

    folder = tmp_path / "records"
    result = record(with_shorter(curve), folder)
    monkeypatch.setattr(repeating, "RESULTS", folder)
    monkeypatch.setattr(repeating, "recorded", lambda name: result)
    monkeypatch.setattr(registry, "find", lambda name: with_shorter(curve))
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_quick_repetition_says_that_sign_and_order_came_back(
    shorter_tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (shorter_tiny / "tiny.json").read_bytes()
    assert main(["experiment", "run", "tiny", "--seeds", "1", "--quick"]) == 0
    said = capsys.readouterr().out
    assert "tiny: sign and order as recorded, in all 2 differences that are clear there" in said
    assert (shorter_tiny / "tiny.json").read_bytes() == before
    assert recorded("tiny", Path("runs/experiments/quick")).seeds == (1,)


def test_a_quick_repetition_that_comes_out_otherwise_says_where_and_fails(
    shorter_tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(registry, "find", lambda name: with_shorter(swapped))
    assert main(["experiment", "run", "tiny", "--quick"]) == 1
    said = capsys.readouterr().out
    assert "tiny: NOT as recorded: 2 of 2 clear differences have another sign" in said
    assert "  a − b: +0.72 was recorded, -0.70 came" in said


def test_nothing_clear_cannot_come_back(
    shorter_tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment = with_shorter(curve)
    assert experiment.shorter is not None
    blunt = replace(experiment, shorter=replace(experiment.shorter, clear=2.0))
    monkeypatch.setattr(registry, "find", lambda name: blunt)
    assert main(["experiment", "run", "tiny", "--quick"]) == 1
    assert "no clear difference that could come back" in capsys.readouterr().out


def test_a_whole_repetition_is_held_to_every_number(
    shorter_tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["experiment", "run", "tiny", "--seeds", "2"]) == 0
    assert "agrees: a leads; all 6 numbers" in capsys.readouterr().out
    assert recorded("tiny", Path("runs/experiments")).seeds == (1, 2)


def test_more_seeds_than_recorded_go_on_counting(shorter_tiny: Path) -> None:
    main(["experiment", "run", "tiny", "--seeds", "5"])
    assert recorded("tiny", Path("runs/experiments")).seeds == (1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--seeds", "0"], "expected one seed or more, came --seeds 0"),
        (["--quick", "--out", "records"], "holds the records"),
    ],
)
def test_a_repetition_that_cannot_be_made_is_explained(
    shorter_tiny: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["experiment", "run", "tiny", *options]) == 2
    assert message in capsys.readouterr().err


def test_without_a_shorter_version_quick_is_refused(
    only_tiny: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    from gptlab.cli import repeating

    monkeypatch.setattr(repeating, "recorded", lambda name: record(tiny(), tmp_path))
    assert main(["experiment", "run", "tiny", "--quick"]) == 2
    assert "tiny has no shorter version" in capsys.readouterr().err


def test_the_name_alone_still_records(tmp_path: Path, only_tiny: None) -> None:
    """The commands that stand in older records can be typed as they are."""
    assert main(["experiment", "tiny", "--out", str(tmp_path)]) == 0
    assert recorded("tiny", tmp_path).seeds == (1, 2, 3)


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
    assert result.made["command"].removeprefix("gptlab experiment ").split()[:2] in (
        ["run", name],
        [name],  # as it was written before there were repetitions
    )
    assert (experiments.RESULTS / f"{name}.json").stat().st_size < 100_000


def test_a_commit_is_a_short_name_or_unknown() -> None:
    name = provenance.commit().removesuffix(" with changes")
    assert name == "unknown" or (7 <= len(name) <= 12 and int(name, 16))


def test_outside_a_clone_the_commit_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "HERE", tmp_path)
    assert provenance.commit() == "unknown"
