"""A verdict is asserted, shown, and read back from the notebook that it stands in."""

import html
import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gptlab import catalogue, tokenizers
from gptlab.claims import (
    at_least,
    at_most,
    between,
    board,
    cited,
    claim,
    claims,
    collect,
    ledger,
    markup,
    messages,
    verdict,
)

PEONY = "春天的原野上,到处一片生机勃勃,百花盛开,其中最美丽、最耀眼的当然是牡丹"
KEY_WORDS = "春天 原野 生机勃勃 百花盛开 美丽 耀眼 牡丹".split()
ENTRY = """
[articles]
"000" = "a.txt"
[claims.one]
notebook = "01"
says = "It is so."
verdict = "holds"
fact = "It is."
source = "Somebody 2020"
checked = true
said = ["000:7"]
experiments = ["T1"]
kind = "runnable"
"""

CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")


def shown(entry: Any) -> tuple[str, str, dict[str, Any]]:
    data, metadata = entry._repr_mimebundle_()
    return data["text/html"], data["text/plain"], metadata["gptlab"]


# The ledger


def test_the_ledger_starts_with_the_claims_of_the_first_two_lessons() -> None:
    assert (len(claims("00")), len(claims(1))) == (31, 12)


@pytest.mark.parametrize("entry", claims(), ids=lambda entry: entry.id)
def test_a_claim_is_complete(entry: ledger.Claim) -> None:
    assert entry.said and all(place.line > 0 for place in entry.said)
    for text in (entry.says, entry.fact, entry.source):
        assert not CHINESE.search(text) and text == text.strip(), "in our own words, in English"
    assert entry.says.endswith(".") and entry.fact.endswith((".", ".)"))


def test_every_text_of_the_ledger_is_a_message() -> None:
    listed = list(messages())
    assert len(listed) == len(set(listed))
    assert {claim("peony-segmentation").says, claim("gpt-acronym").source} <= set(listed)


def test_a_misspelt_claim_finds_its_neighbours() -> None:
    with pytest.raises(ValueError, match=r"came 'stop-word-removed'. Did you mean stop-words-rem"):
        claim("stop-word-removed")


def test_an_unknown_claim_says_where_the_list_is() -> None:
    with pytest.raises(ValueError, match=r"one of \d+ claims, came 'zzz'. claims\(\) lists all"):
        claim("zzz")


def test_a_lesson_without_claims_names_those_that_have_some() -> None:
    with pytest.raises(ValueError, match=r"has claims of \(00, 01.*\), came 77"):
        claims(77)


def test_the_peony_numbers_of_the_ledger_are_measured() -> None:
    """Seven key words of 2 + 2 + 4 + 4 + 2 + 2 + 2 = 18 characters."""
    fact = claim("peony-segmentation").fact
    assert f"drops {len(PEONY) - len(''.join(KEY_WORDS))} of the {len(PEONY)}" in fact
    gpt2, cl100k, o200k = (
        len(open_one().encode(PEONY))
        for open_one in (tokenizers.gpt2, tokenizers.cl100k, tokenizers.o200k)
    )
    assert f"GPT-2 makes {gpt2} tokens of the sentence, cl100k {cl100k} and o200k {o200k}" in fact


def test_a_chinese_character_may_take_three_tokens() -> None:
    assert "a single Chinese character may take three" in claim("tokens-are-words").fact
    assert len(tokenizers.gpt2().encode("美")) == 3


def test_a_ledger_of_one_claim_is_read() -> None:
    one = ledger.read(ENTRY)["one"]
    assert (one.id, one.said, one.checked) == ("one", (ledger.Place("a.txt", 7),), True)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"holds"', '"true"', "expected verdict to be one of holds, .*, came 'true'"),
        ('"runnable"', '"demo"', "expected kind to be one of runnable, historical"),
        ('"01"', '"1"', "expected notebook to be two digits, such as 01, came '1'"),
        ('"It is so."', '"{it}"', "expected says to be a text without braces"),
        ('"It is."', '" "', "expected fact to be a text without braces"),
        ('["T1"]', "[]", "expected a runnable claim to name its experiments"),
        ('"000:7"', '"009:7"', "expected a place such as 004:55, its article one of 000"),
        ('"000:7"', '"000"', "came '000'"),
        ('fact = "It is."', "", "missing or unknown: fact"),
        ("checked", "cheked", "missing or unknown: checked, cheked"),
    ],
)
def test_a_slip_in_the_ledger_names_the_claim(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"claim one: .*{complaint}"):
        ledger.read(ENTRY.replace(old, new))


# The comparison


@pytest.mark.parametrize(
    ("measured", "expected", "tolerance"),
    [
        (62, 62, 0),
        (2.3, 2.25, 0.1),
        (2, 2.0, 0),
        ("kept", "kept", 0),
        (True, True, 0),
        ((1, "a"), (1, "a"), 0),
        ([1, 2], (1, 2), 0),
        (np.int64(4), 4, 0),
        (np.float32(0.5), 0.5, 0),
        (np.bool_(True), True, 0),
        (torch.tensor(4), 4, 0),
        (torch.tensor([0.25]), 0.25, 0),
        (4, at_least(4), 0),
        (4, at_most(4), 0),
        (4, between(4, 4), 0),
    ],
)
def test_what_agrees_passes(measured: object, expected: object, tolerance: float) -> None:
    assert verdict("tokens-are-words", measured, expected, tolerance).claim.verdict == "misleading"


@pytest.mark.parametrize(
    ("measured", "expected", "tolerance"),
    [
        (62, 63, 0),
        (2.3, 2.1, 0.1),
        ("kept", "removed", 0),
        (False, True, 0),
        ((1, 2), (2, 1), 0),
        (3.9, at_least(4), 0),
        (4.1, at_most(4), 0),
        (5, between(1, 4), 0),
        (math.nan, 1.0, 0.5),
        (math.nan, at_least(0), 0),
        (math.inf, at_least(0), 0),
    ],
)
def test_what_does_not_agree_fails(measured: object, expected: object, tolerance: float) -> None:
    with pytest.raises(AssertionError, match=r"^Claim tokens-are-words: "):
        verdict("tokens-are-words", measured, expected, tolerance)


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.floats(0, 1e6),
)
def test_numbers_agree_exactly_within_the_tolerance(a: float, b: float, tolerance: float) -> None:
    try:
        verdict("tokens-are-words", a, b, tolerance)
        agreed = True
    except AssertionError:
        agreed = False
    assert agreed == (abs(a - b) <= tolerance)


def test_a_failure_says_what_came_and_what_to_do() -> None:
    with pytest.raises(AssertionError) as failure:
        verdict("peony-segmentation", 2.3456789, 2.25, 0.05, unit="nats")
    said = str(failure.value)
    assert claim("peony-segmentation").says in said
    assert "measured: 2.3456789 nats" in said
    assert "expected: 2.25 ± 0.05 nats" in said
    assert "look at the cell that measures it before you touch the tolerance" in said


@pytest.mark.parametrize(
    ("measured", "expected", "tolerance", "complaint"),
    [
        ("62", 62, 0, r"of one kind, came '62' \(str\) and 62 \(int\)"),
        (True, 1, 0, "of one kind, came True"),
        (1, True, 0, "of one kind, came 1 "),
        ("a", at_least(1), 0, "of one kind"),
        (1, 1, -0.1, "a tolerance of 0 or more, came -0.1"),
        (1, 1, math.nan, "a tolerance of 0 or more, came nan"),
        (1, at_least(1), 0.1, "no tolerance beside AtLeast"),
        ("a", "a", 0.1, "no tolerance beside 'a'"),
        (1.0, math.nan, 0, "a finite number to aim at, came nan"),
        (1.0, math.inf, 0, "a finite number to aim at, came inf"),
        (torch.ones(2), 1, 0, "a list or tuple of them, came Tensor"),
        (None, 1, 0, "came NoneType. Reduce it"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    measured: object, expected: object, tolerance: float, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        verdict("tokens-are-words", measured, expected, tolerance)


@pytest.mark.parametrize("make", [at_least, at_most, lambda x: between(0, x)])
def test_a_bound_is_finite(make: Any) -> None:
    with pytest.raises(ValueError, match="expected a finite bound, came inf"):
        make(math.inf)


def test_a_range_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(ValueError, match=r"came 2 to 1\. Swap them"):
        between(2, 1)


def test_the_record_is_not_measured() -> None:
    with pytest.raises(ValueError, match=r"Show it with cited\('transformer-2017-google'\)"):
        verdict("transformer-2017-google", 2017, 2017)


# What the cell shows


class Table(HTMLParser):
    """The elements of a table, each with its attributes and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.parts: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        tag, attributes, text = self.parts[-1]
        self.parts[-1] = (tag, attributes, text + data)

    def texts(self, name: str, **attributes: str) -> list[str]:
        return [
            text
            for tag, found, text in self.parts
            if tag == name and attributes.items() <= found.items()
        ]


def test_a_verdict_is_an_accessible_table() -> None:
    entry = verdict("peony-segmentation", 62, 62, unit="tokens")
    table = Table(shown(entry)[0])
    assert table.parts[0][1]["class"] == "gptlab gptlab-verdicts"
    assert table.texts("caption") == ["Claims and what this notebook found"]
    assert table.texts("th", scope="col") == markup.columns()
    assert table.texts("th", scope="row") == [entry.claim.says]
    ruling, fact, measured, expected, source = table.texts("td")
    assert (ruling, fact) == ("✗\N{NO-BREAK SPACE}false", entry.claim.fact)
    assert (measured, expected, source) == ("62 tokens", "62 tokens", entry.claim.source)


def test_every_verdict_has_a_word_and_a_sign_of_its_own() -> None:
    rulings = {cited(entry.id).row().cells()[1] for entry in claims()}
    assert rulings == {
        "✓\N{NO-BREAK SPACE}holds",
        "◐\N{NO-BREAK SPACE}holds with limits",
        "△\N{NO-BREAK SPACE}misleading",
        "✗\N{NO-BREAK SPACE}false",
    }


def test_the_plain_text_says_the_same() -> None:
    entry = verdict("stop-words-removed", 0.12345, between(0.1, 0.2), unit="nats")
    lines = shown(entry)[1].splitlines()
    assert lines[0] == f"What people say: {entry.claim.says}"
    assert lines[3:5] == ["Measured: 0.1235 nats", "Expected: 0.1 to 0.2 nats"]


def test_a_source_from_memory_says_so() -> None:
    assert shown(cited("gpt-acronym"))[1].endswith("title and section 3 (cited from memory)")
    assert "from memory" not in shown(cited("peony-segmentation"))[1]


def test_what_is_not_measured_says_so() -> None:
    assert "Measured: not measured: the record decides" in shown(cited("gpt-acronym"))[1]
    assert "Measured: not measured in this lesson" in shown(cited("genai-rl"))[1]


def test_what_was_measured_is_shown_and_never_run() -> None:
    typed = "</td><script>alert(1)</script>"
    says = shown(verdict("tokens-are-words", typed, typed, unit=""))[0]
    assert "<script" not in says and html.escape(typed) in says


def test_no_claim_breaks_out_of_its_cell() -> None:
    entry = replace(claim("tokens-are-words"), says="<b>a & b</b>")
    says = markup.bundle([markup.Row(claim=entry, measured="1", expected="1")])["text/html"]
    assert "&lt;b&gt;a &amp; b&lt;/b&gt;" in says


def test_a_claim_is_shown_in_the_language_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    class Chinese:
        def gettext(self, message: str) -> str:
            known = {claim("gpt-acronym").says: "GPT 的三个字母", "holds": "成立"}
            return known.get(message, message)

    monkeypatch.setattr(catalogue, "_current", ("zh_CN", Chinese()))
    says = shown(cited("gpt-acronym"))[1]
    assert says.startswith("What people say: GPT 的三个字母\nVerdict: ✓\N{NO-BREAK SPACE}成立\n")


# What a notebook stores


def a_notebook(path: Path, *entries: Any) -> Path:
    cells = []
    for entry in entries:
        data, metadata = entry._repr_mimebundle_()
        output = nbformat.v4.new_output("execute_result", data=data, metadata=metadata)
        cells.append(nbformat.v4.new_code_cell("entry", outputs=[output]))
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    return path


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Path]:
    first = verdict("peony-segmentation", torch.tensor(62), 62, unit="tokens")
    both = board(verdict("stop-words-removed", 0.5, at_least(0.3)), cited("gpt-acronym"))
    yield a_notebook(tmp_path / "a.ipynb", first, both, verdict("ids-then-matrix", (1, 2), (1, 2)))


def test_a_notebook_gives_its_verdicts_back(stored: Path) -> None:
    first, second, third, fourth = collect(stored)
    assert (first.claim, first.verdict, first.measured) == ("peony-segmentation", "false", 62)
    assert (first.expected, first.tolerance, first.unit) == (62, 0, "tokens")
    assert (second.measured, second.expected) == (0.5, {"at_least": 0.3})
    assert (third.claim, third.measured, third.expected) == ("gpt-acronym", None, None)
    assert (fourth.measured, fourth.expected) == ([1, 2], [1, 2])
    assert second.cell == third.cell != fourth.cell


@pytest.mark.parametrize("bound", [at_least(1), at_most(2), between(1, 2)])
def test_bounds_survive_the_notebook(tmp_path: Path, bound: Any) -> None:
    path = a_notebook(tmp_path / "b.ipynb", verdict("tokens-are-words", 1.5, bound))
    assert collect(path)[0].expected == json.loads(json.dumps(bound.to_json()))


def test_other_outputs_are_passed_over(tmp_path: Path) -> None:
    class Other:
        def _repr_mimebundle_(self) -> tuple[dict[str, str], dict[str, Any]]:
            return {"text/plain": "x"}, {"gptlab": {"exercise": "01-count"}, "image/png": {}}

    assert collect(a_notebook(tmp_path / "c.ipynb", Other())) == []


@pytest.mark.parametrize("content", ["not json", "[]", "{}"])
def test_what_is_no_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "d.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"d\.ipynb, which cannot be read as one .* \.ipynb file"):
        collect(path)


LESSON = """---
kernelspec:
  name: python3
  display_name: Python 3
---

```{code-cell} ipython3
from gptlab import claims, tokenizers
n = len(tokenizers.gpt2().encode("牡丹"))
claims.verdict("tokens-are-words", n, 4, unit="tokens")
```
"""


@pytest.mark.slow
def test_a_kernel_stores_the_verdict_with_the_output(tmp_path: Path) -> None:
    from tools import notebooks

    source = tmp_path / "src" / "99_tiny.md"
    source.parent.mkdir()
    source.write_text(LESSON, encoding="utf-8")
    notebooks.build(source)
    (found,) = collect(notebooks.target(source))
    assert (found.claim, found.measured, found.expected) == ("tokens-are-words", 4, 4)
