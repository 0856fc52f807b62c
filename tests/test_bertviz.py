"""bertviz's views hold the model's own numbers, travel alone, and run nothing that was typed."""

import base64
import gzip
import hashlib
import html
import io
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from bertviz import head_view, model_view, neuron_view
from PIL import Image
from torch import Tensor, nn

from gptlab import display, masks
from gptlab.config import GPTConfig
from gptlab.display import attention, attention_page
from gptlab.display.attended import Attended, read
from gptlab.gpt import GPT
from gptlab.probes import probes
from gptlab.tokenizers import ByteBPE

VIEWS = ("head", "model", "neuron")
TYPED = "</script><img src=x onerror='window.hacked=1'>"
SPELLED = TYPED.replace(" ", "␣")
BYTES = ByteBPE(name="bytes", merges=())
VENDOR = Path(attention_page.__file__).parent / "vendor"

Shown = Callable[..., tuple[dict[str, Any], dict[str, Any]]]


def small(**parts: Any) -> GPT:
    """Three layers of two heads, with weights so large that patterns are far from even."""
    sizes = GPTConfig(d_vocab=256, n_ctx=64, d_model=16, n_layers=3, n_heads=2, d_mlp=32)
    model = GPT(sizes, generator=torch.Generator().manual_seed(0), **parts).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.mul_(40 if name.endswith(("W_Q", "W_K")) else 1)
    return model


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Call `display.bertviz`, and return the one bundle and its metadata."""
    sent: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def take(data: dict[str, Any], *, metadata: dict[str, Any], raw: bool) -> None:
        sent.append((data, metadata))

    monkeypatch.setattr("gptlab.display.output._display", take)

    def show(*arguments: Any, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        sent.clear()
        display.bertviz(*arguments, **options)
        assert len(sent) == 1
        return sent[0]

    return show


def program(markup: str) -> str:
    """What the page will run."""
    found = re.search(r'<script type="text/plain" class="packed">([^<]*)</script>', markup)
    assert found
    return gzip.decompress(base64.b64decode(found[1])).decode()


def parts(markup: str) -> dict[str, Any]:
    """What the page will draw from, with its arrays."""

    def array(value: dict[str, Any]) -> Any:
        if "float32" not in value:
            return value
        return np.frombuffer(base64.b64decode(value["float32"]), "<f4").reshape(value["shape"])

    written = program(markup).rpartition("\ndraw(root, ")[2].removesuffix(");")
    return json.loads(written, object_hook=array)


def plain(value: Any) -> Any:
    """Arrays as lists, as bertviz writes them."""
    return json.loads(json.dumps(value, default=lambda array: array.tolist()))


class InBertvizsWords(nn.Module):
    """A model and a tokenizer as bertviz's neuron view wants them."""

    def __init__(self, attended: Attended) -> None:
        super().__init__()
        self.attended = attended

    def forward(self, _ids: Tensor) -> list[list[dict[str, Tensor]]]:
        parts = (self.attended.patterns, self.attended.queries, self.attended.keys)
        layers = zip(*parts, strict=True)
        names = ("attn", "queries", "keys")
        return [
            [{n: torch.tensor(x)[None] for n, x in zip(names, of, strict=True)} for of in layers]
        ]

    def tokenize(self, _text: str) -> list[str]:
        return self.attended.tokens

    def convert_tokens_to_ids(self, tokens: list[str]) -> list[int]:
        return [0] * len(tokens)


def from_bertviz(view: str, attended: Attended, layer: int, head: int) -> dict[str, Any]:
    """What bertviz's own Python hands to its script."""
    patterns = [torch.tensor(layer)[None] for layer in attended.patterns]
    told: dict[str, Any] = {"html_action": "return", "tokens": attended.tokens}
    if view == "head":
        markup = head_view(patterns, layer=layer, heads=[head], **told).data
    elif view == "model":
        markup = model_view(patterns, display_mode="light", **told).data
    else:
        model = InBertvizsWords(attended)
        told = {"display_mode": "light", "layer": layer, "head": head, "html_action": "return"}
        markup = neuron_view.show(model, "gpt2", model, "text", **told).data
    found = re.search(r"(?:const params|window.bertviz_params) = ", markup)
    assert found
    params, _ = json.JSONDecoder().raw_decode(markup, found.end())
    return params | {"root_div_id": "bertviz"}


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # bertviz leaves its files open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("view", VIEWS)
def test_its_script_gets_what_bertvizs_own_python_would_hand_it(view: str, shown: Shown) -> None:
    model = small()
    chosen = {} if view == "model" else {"layer": 2, "head": 1}
    data, _ = shown(model, BYTES, "a cat, a cat", view, **chosen)
    ours = plain(parts(data["text/html"])["params"])
    assert ours == from_bertviz(view, read(model, BYTES, "a cat, a cat"), 2, 1)


def test_the_neuron_views_numbers_are_the_models_own(shown: Shown) -> None:
    """pattern = softmax(q · k / √d_head) over the keys up to the query."""
    data, _ = shown(small(), BYTES, "a cat, a cat", "neuron")
    every = parts(data["text/html"])["params"]["attention"]["all"]
    q, k = torch.tensor(every["queries"]), torch.tensor(every["keys"])
    scores = q @ k.mT / q.shape[-1] ** 0.5
    hidden = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    expected = scores.masked_fill(hidden, float("-inf")).softmax(-1)
    torch.testing.assert_close(torch.tensor(every["attn"]), expected)
    assert every["attn"].max(-1).mean() > 0.5  # far from even, so a mix-up would show


def test_it_says_which_models_look_ahead(shown: Shown) -> None:
    for mask, both_ways in ((masks.Causal(), False), (masks.Bidirectional(), True)):
        data, _ = shown(small(mask=mask), BYTES, "a cat", "neuron")
        assert parts(data["text/html"])["params"]["bidirectional"] is both_ways


def test_the_model_is_left_as_it_was(shown: Shown) -> None:
    model = small().train()
    shown(model, BYTES, "a cat")
    assert model.training
    assert not any(probe.watched for probe in probes(model).values())


@pytest.mark.parametrize("view", VIEWS)
def test_without_scripts_there_are_a_picture_words_and_a_table(view: str, shown: Shown) -> None:
    data, metadata = shown(small(), BYTES, "a cat", view)
    words = data["text/plain"]
    assert "3 layers × 2 heads over 5 tokens" in words
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == words
    markup = data["text/html"]
    assert f'alt="{html.escape(words)}"' in markup
    assert markup.count("<tr><td") == 3 * 2  # each head
    last = read(small(), BYTES, "a cat").patterns[2, 1, -1]
    token = "a␣cat"[last.argmax()]
    row = f'2</td><td style="text-align: right">1</td><td style="text-align: left">{token}<'
    assert row in markup


def test_the_still_picture_has_the_same_pixels_as_the_png(shown: Shown) -> None:
    data, _ = shown(small(), BYTES, "a cat")
    found = re.search(r"data:image/webp;base64,([^\"]*)", data["text/html"])
    assert found
    webp, png = Image.open(file(found[1])), Image.open(file(data["image/png"]))
    assert webp.convert("RGB").tobytes() == png.convert("RGB").tobytes()


def file(encoded: str) -> io.BytesIO:
    return io.BytesIO(base64.b64decode(encoded))


class Words:
    """A tokenizer for which each word is a token, whatever is in it."""

    name, vocab_size = "words", 256

    def __init__(self, text: str) -> None:
        self.words = text.split("|")

    def encode(self, _text: str) -> list[int]:
        return list(range(len(self.words)))

    def token_bytes(self, token: int) -> bytes:
        return self.words[token].encode("utf-8", "surrogateescape")

    def decode(self, ids: Iterable[int]) -> str:
        return "".join(self.words[token] for token in ids)

    def to_json(self) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize("view", VIEWS)
def test_what_was_typed_is_shown_and_never_run(view: str, shown: Shown) -> None:
    data, _ = shown(small(), Words(f"a|{TYPED}"), "a", view)
    markup = data["text/html"]
    assert markup.count("<script") == markup.count("</script>") == 2  # data, and what unpacks it
    assert markup.count("<img") == 1
    assert html.escape(SPELLED) in markup  # in the words
    assert tokens_of(markup) == ["a", SPELLED]


def test_tokens_are_visible_and_whole(shown: Shown) -> None:
    data, _ = shown(small(), Words("a| 牡丹|👩\u200d🚀|\n|\udce7|Ġ▁"), "a")
    # bertviz's own Python would turn the last into two spaces.
    assert tokens_of(data["text/html"]) == [
        "a", "␣牡丹", "👩<U+200D>🚀", "↵", "<E7>", "Ġ▁"
    ]  # fmt: skip


def tokens_of(markup: str) -> list[str]:
    attention = parts(markup)["params"]["attention"]
    return attention["all" if isinstance(attention, dict) else 0]["left_text"]


@pytest.mark.parametrize("view", VIEWS)
def test_the_same_call_gives_the_same_bytes(view: str, shown: Shown) -> None:
    first, _ = shown(small(), BYTES, "a cat", view)
    assert shown(small(), BYTES, "a cat", view)[0] == first


@pytest.mark.parametrize("view", VIEWS)
def test_an_output_is_light_enough_to_commit(view: str, shown: Shown) -> None:
    data, _ = shown(small(), BYTES, "a cat, a cat", view)
    assert len(data["text/html"]) < 60_000  # d3 and jQuery whole would be 334 kB


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"view": "heads"}, r"expected view to be one of head, model, neuron, got 'heads'"),
        ({"text": ""}, "the text is empty"),
        ({"text": "a" * 65}, r"65 tokens do not fit n_ctx=64\. Pass a shorter text"),
        ({"layer": 3}, "expected layer to be from 0 to 2, got 3"),
        ({"head": -1}, "expected head to be from 0 to 1, got -1"),
        ({"view": "model", "layer": 0}, "shows every layer at once. Leave layer out"),
        ({"text": "\ud83d"}, "lone surrogate"),
    ],
)
def test_what_cannot_be_shown_is_refused(arguments: dict[str, Any], message: str) -> None:
    options: dict[str, Any] = {"text": "a cat"} | arguments
    with pytest.raises(ValueError, match=message):
        display.bertviz(small(), BYTES, **options)


def test_more_numbers_than_a_page_can_draw_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three layers of two heads over 5 tokens: 150 shares, and 2 · 240 numbers in q and k."""
    monkeypatch.setattr(attention, "MOST_NUMBERS", 629)
    with pytest.raises(ValueError, match=r"5 tokens in 3 layers × 2 heads make 630 numbers"):
        display.bertviz(small(), BYTES, "a cat", "neuron")


def test_a_compiled_model_is_refused() -> None:
    model = small()
    model.compile(backend="eager")
    with pytest.raises(TypeError, match="a compiled model never calls its probes"):
        display.bertviz(model, BYTES, "a cat")


def test_the_code_of_others_is_what_the_list_says() -> None:
    rows = re.findall(r"^\| (\S+) \| (\S+) (\S+) \| \S+ \| `(\w{64})` \|$", readme(), re.MULTILINE)
    assert {name for name, *_ in rows} == {path.name for path in VENDOR.glob("*.js")}
    for name, package, version, digest in rows:
        content = (VENDOR / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        assert f"{package}/ v{version} Copyright" in content.decode()
        assert "Redistribution" in (VENDOR / f"{package}.LICENSE").read_text()
    used = {name for names in attention_page.LIBRARIES.values() for name in names}
    assert used == {package for _, package, *_ in rows}


def readme() -> str:
    return (VENDOR / "README.md").read_text(encoding="utf-8")
