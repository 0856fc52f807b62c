"""What pages compute with: written as letters, and found by name."""

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptlab import checkpoints
from gptlab.widgets.assets import asset, bringing, file_name, letters, packed
from gptlab.widgets.page_tokenizers import shipped_json


@given(st.binary(max_size=300))
def test_what_is_packed_comes_back_and_holds_no_markup(content: bytes) -> None:
    text = packed(content)
    assert "<" not in text
    assert gzip.decompress(base64.b85decode(text.replace(".", "<"))) == content
    assert packed(content) == text


@given(st.binary(max_size=50))
def test_letters_keep_every_byte(content: bytes) -> None:
    assert base64.b85decode(letters(content).replace(".", "<")) == content


def test_weights_are_the_files_that_python_reads() -> None:
    assert asset("model/shakespeare") == checkpoints.locate("shakespeare").read_bytes()
    step, file = next(iter(checkpoints.snapshots("lesson").items()))
    assert asset(f"model/lesson@{step}") == file.read_bytes()


@pytest.mark.parametrize("name", ["model/lesson@3", "model/other", "tokenizer/gpt9", "", "gpt2"])
def test_an_unknown_asset_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=r"there is no asset .* model/lesson@STEP, "):
        asset(name)


def test_a_script_brings_an_asset_under_its_name() -> None:
    name = "tokenizer/shakespeare"
    head, text = bringing(name, shipped_json()).split("=", 2)[1:]
    assert head.endswith(f"[{json.dumps(name)}]")
    assert json.loads(text.removesuffix(";\n")) == packed(shipped_json())
    assert file_name(name) == "tokenizer-shakespeare.js"
