"""What README.md shows works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import gptlab
from gptlab.cli.main import _parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_examples_run_one_after_the_other(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks("python"):
        exec(block, names)
    # The comment in the first example says what the loop prints first.
    name, shape = capsys.readouterr().out.splitlines()[0].split(" ", 1)
    assert f"# {name} {shape}: batch head query key" in README


def test_taking_a_head_away_changes_the_logits():
    names: dict[str, object] = {}
    for block in blocks("python")[:2]:
        exec(block, names)
    assert not names["logits"].equal(names["logits_without"])


@pytest.mark.parametrize(
    "line", [line for block in blocks("sh") for line in block.splitlines() if "gptlab " in line]
)
def test_every_command_is_one_that_gptlab_knows(line):
    words = line.split("#")[0].split()[1:]
    assert _parser().parse_args([word.strip('"') for word in words]).module


@pytest.mark.parametrize("target", re.findall(r"`make ([a-z]+)`", README))
def test_every_make_target_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.slow
def test_import_is_lazy_so_that_help_does_not_wait_for_torch():
    code = (
        "import sys, gptlab.cli\n"
        "try: gptlab.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'matplotlib', 'transformers'} & set(sys.modules), 'heavy import'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert gptlab.__version__


def test_the_losses_named_are_those_recorded_with_the_model():
    measured = gptlab.checkpoints.read(gptlab.checkpoints.locate("shakespeare")).info["measured"]
    for split in ("validation", "test"):
        assert f"{measured[split]['bits_per_byte']:.3f}" in README
