"""Every claim is measured, cited or open; no verdict differs from its number, and each can fail."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptlab import catalogue, claims
from gptlab.claims import at_least, at_most, between, calls, comparing, measuring
from gptlab.claims.states import reasons
from gptlab.claims.techniques import Feature
from gptlab.cli.main import main
from gptlab.widgets import proofs
from tests.test_widgets import WIDGETS

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ENTRIES = claims.measurements()
MEASURED = [entry for entry in ENTRIES if entry.is_measured]
MOST_CITED = 19  # claims of the record; every other one could be measured


def code_of(path: Path) -> Iterator[str]:
    notebook = nbformat.read(path, as_version=4)
    yield from (cell.source for cell in notebook.cells if cell.cell_type == "code")


def an_entry(**changes: Any) -> claims.Measurement:
    entry = claims.Measurement(
        claim="tokens-are-words", verdict="misleading", measured=4, expected=4, cell="a-1",
        lesson="01_tokens",
    )  # fmt: skip
    return replace(entry, **changes)


# What the lessons measured


def test_the_package_has_what_the_notebooks_show() -> None:
    assert measuring.collected(ROOT / "notebooks") == ENTRIES, (
        "Run: python -m tools.notebooks build, or gptlab.claims.measuring.keep"
    )


@pytest.mark.parametrize("entry", MEASURED, ids=lambda entry: f"{entry.lesson}-{entry.claim}")
def test_a_verdict_is_the_ledgers_and_its_number_agrees(entry: claims.Measurement) -> None:
    assert entry.expected is not None, "shown without an assertion"
    assert entry.agrees
    assert claims.claim(entry.claim).verdict == entry.verdict


def test_every_verdict_falls_with_a_value_that_it_must_deny() -> None:
    assert list(claims.survivors(ENTRIES)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_verdict_of_a_lesson_is_shown_and_measured(path: Path) -> None:
    """A cell that asserts a verdict and then shows something else would lose it."""
    asked = [call for code in code_of(path) for call in calls.calls(code)]
    assert [call for call in asked if call.is_written] == []
    shown = {entry.claim for entry in ENTRIES if entry.lesson == path.stem}
    assert {call.claim for call in asked} - {""} <= shown


def test_measurements_survive_the_file() -> None:
    entries = (an_entry(), an_entry(measured=None, expected=None), an_entry(measured=[1, "牡丹"]))
    assert measuring.read(measuring.written(entries)) == entries


def test_a_folder_without_notebooks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected notebooks in .*, came none"):
        measuring.collected(tmp_path)


def test_what_is_kept_is_written_only_when_it_changed(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    assert measuring.keep(ROOT / "notebooks", file)
    assert not measuring.keep(ROOT / "notebooks", file)


# Values that a verdict must deny

VALUES = st.one_of(
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9),
    st.text(max_size=5),
    st.builds(at_least, st.floats(-1e9, 1e9)),
    st.builds(at_most, st.floats(-1e9, 1e9)),
    st.builds(lambda a, b: between(min(a, b), max(a, b)), st.floats(-9, 9), st.floats(-9, 9)),
)


@given(st.one_of(VALUES, st.tuples(VALUES.filter(lambda v: not hasattr(v, "to_json")))))
def test_what_must_be_denied_never_agrees(expected: Any) -> None:
    wrong = list(claims.denied(expected))
    assert wrong and not any(comparing.agree(value, expected, 0) for value in wrong)


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e6))
def test_beyond_a_tolerance_nothing_agrees(expected: float, tolerance: float) -> None:
    above, below = claims.denied(expected, tolerance)
    assert below < expected < above
    assert not comparing.agree(above, expected, tolerance)
    assert not comparing.agree(below, expected, tolerance)


def test_denied_by_hand() -> None:
    assert list(claims.denied(3)) == [4, 2]
    assert list(claims.denied((1, 2))) == [(2, 2), (0, 2), (1, 3), (1, 1), ()]


def test_a_verdict_that_its_number_denies_is_found() -> None:
    (found,) = claims.survivors([an_entry(measured=5)])
    assert (found.entry.claim, found.value) == ("tokens-are-words", 5)


def test_a_comparison_that_always_agrees_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "agree", lambda *_values: True)
    assert {found.value for found in claims.survivors([an_entry(measured=4)])} >= {5, 3}


# Verdicts that measure nothing


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ('verdict("a", 3, 3)', True),
        ('claims.verdict("a", measured=0.5, expected=at_least(0))', True),
        ('verdict("a", n, n)', True),
        ('verdict("a", (1, 2), (1, 2))', True),
        ('verdict("a", n, 3)', False),
        ('verdict("a", len(tokens), 3)', False),
        ('verdict("a", max(losses) - least, at_least(1))', False),
    ],
)
def test_a_number_that_was_written_down_is_told_from_a_measured_one(
    code: str, written: bool
) -> None:
    (call,) = calls.calls(code)
    assert (call.claim, call.is_written) == ("a", written)


# States


def test_each_claim_is_in_one_state() -> None:
    states = claims.states()
    assert [each.claim for each in states] == list(claims.claims())
    for each in states:
        assert (each.name == "open") == bool(each.reason)
        assert each.name != "cited" or each.claim.kind == "historical"


def test_only_the_record_is_cited() -> None:
    historical = [entry for entry in claims.claims() if entry.kind == "historical"]
    assert len(historical) <= MOST_CITED
    assert sum(each.name == "cited" for each in claims.states()) <= len(historical)


def test_reasons_are_those_of_open_claims() -> None:
    open_ones = {each.claim.id for each in claims.states() if each.name == "open"}
    assert set(reasons()) <= open_ones


def test_counts_add_up() -> None:
    table = claims.counts()
    assert list(table) == sorted(table)
    for lesson, counted in table.items():
        n = len(claims.claims(lesson))
        assert sum(counted[name] for name in claims.STATES) == n
        assert sum(counted.values()) == 2 * n


# What the articles name


@pytest.mark.parametrize("feature", claims.features(), ids=lambda feature: feature.id)
def test_what_is_named_is_there_and_tested(feature: Feature) -> None:
    for name in feature.at:
        assert found(name), f"{name} cannot be imported"
    for each in feature.evidence:
        assert claims.claim(each[6:]) if each.startswith("claim:") else exists(each), each
    assert feature.said and feature.lessons and feature.where


def found(name: str) -> bool:
    """Import a module, or an object out of the longest module that its name begins with."""
    try:
        import_module(name)
        return True
    except ModuleNotFoundError:
        home, _dot, last = name.rpartition(".")
        return hasattr(import_module(home), last)


def exists(test: str) -> bool:
    path, _colons, name = test.partition("::")
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_all_that_the_articles_name_is_in_the_table() -> None:
    assert len(claims.features()) == 63


def test_contradictions_have_an_answer_and_claims_that_decide() -> None:
    pairs = claims.contradictions()
    assert len(pairs) == len({pair.id for pair in pairs}) == 14
    for pair in pairs:
        assert pair.claims and len(pair.said) == 2
        assert pair.first != pair.second


def test_a_contradiction_without_a_known_answer_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected an answer of first, second, both, neither"):
        replace(claims.contradictions()[0], answer="perhaps")


def test_texts_beside_the_ledger_are_messages() -> None:
    listed = set(claims.messages())
    assert {claims.contradictions()[0].question, claims.features()[0].works} <= listed
    assert not [text for text in listed if re.search(r"[\u3000-\u9fff]", text)]


# How we know


@pytest.mark.parametrize("proof", proofs.proofs(), ids=lambda proof: proof.test)
def test_the_test_behind_a_proof_exists(proof: proofs.Proof) -> None:
    assert exists(proof.test)


def test_every_widget_says_how_we_know() -> None:
    known = [proof.widget for proof in proofs.proofs()]
    assert {widget.__name__ for widget in WIDGETS} == set(known)


def test_the_page_names_every_test_and_speaks_the_language_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert all(f"`{proof.test}`" in proofs.page() for proof in proofs.proofs())

    class Chinese:
        def gettext(self, message: str) -> str:
            return {"How we know": "我们怎么知道"}.get(message, message)

    monkeypatch.setattr(catalogue, "_current", ("zh_CN", Chinese()))
    assert proofs.page().startswith("# 我们怎么知道\n")


# The command


def test_the_last_line_says_how_many_are_open(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims"]) == 0
    n = sum(each.name == "open" for each in claims.states())
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"open: {n}"
    assert lines[-2].split()[-1] == str(len(claims.claims()))


def test_a_claim_is_shown_with_its_cell_and_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "show", "peony-segmentation"]) == 0
    said = capsys.readouterr().out
    (entry,) = claims.by_claim()["peony-segmentation"]
    assert f"cell: notebooks/01_tokens.ipynb#{entry.cell}" in said
    assert "measured: [62, 47, 36] tokens" in said
    assert "verdict: ✗ false" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show"], "expected the id of a claim after show"),
        (["open", "gpt-acronym"], "expected the id of a claim after show"),
        (["show", "gpt-acronim"], "Did you mean gpt-acronym"),
        (["open", "--mutate"], "--mutate belongs to check"),
    ],
)
def test_a_slip_on_the_command_line_is_explained(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["claims", *words]) == 2
    assert message in capsys.readouterr().err


def test_checking_with_wrong_values_passes(capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(ROOT / "notebooks")
    assert main(["claims", "check", "--mutate", "--notebooks", folder]) == 0
    assert f"{len(MEASURED)} verdicts checked, 0 problems" in capsys.readouterr().out


def test_a_verdict_that_cannot_fail_fails_the_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "agree", lambda *_values: True)
    assert main(["claims", "check", "--mutate", "--notebooks", str(ROOT / "notebooks")]) == 1
    assert "the verdict is the same with" in capsys.readouterr().err


def test_open_claims_and_techniques_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "open"]) == 0
    assert main(["claims", "features"]) == 0
    assert "lstm: LSTM." in capsys.readouterr().out
