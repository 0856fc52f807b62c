"""Modules of gptlab import only modules of lower layers, and heavy packages stay in their place."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gptlab

ROOT = Path(gptlab.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))

# From low to high. A module may import from lines above its own in this list, and, where it is a
# package, from within itself. A new module needs a place here.
LAYERS = (
    {"catalogue", "config", "datafiles", "distributed", "download", "files", "hashing", "probes"}
    | {"provenance"},
    {"corpora", "devices", "masks", "schedule", "sizes", "style", "tokenizers", "vectors"},
    {"costs", "data", "positions", "receptive", "sparse"},
    {"attention"},
    {"layers", "muon", "rounding"},
    {"gpt", "rnn"},
    {"evaluation", "untrained", "variants", "weights"},
    {"checkpoints", "chunks", "export", "objectives"},
    {"decoding", "training", "translation"},
    {"presets", "runs"},
    {"finetuning"},
    {"claims", "exercises", "measures"},
    {"experiments"},
    {"figures"},
    {"display"},
    {"widgets"},
    {"site"},
    {"cli", "__main__"},
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
LEVEL[""] = LEVEL["widgets"]  # `import gptlab` itself reaches everything, which suits the top only

AT_HOME_ONLY = {
    "matplotlib": {"figures", "style", "widgets"},
    "plotly": {"figures", "style", "widgets"},
    "IPython": {"display"},
    "bertviz": {"display"},
    "anywidget": {"widgets"},
    "nbconvert": {"site"},
    "sphinx": {"site"},
    "transformers": set(),  # only the tests compare with it
}


def imports(source: str, package: tuple[str, ...]) -> Iterator[str]:
    """Every dotted name that `source`, a module in `package`, imports at any depth."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) + 1 - node.level] if node.level else ()
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def module_of(name: str) -> str:
    """The module of gptlab behind a dotted name, whether it is named or re-exported."""
    part = name.split(".")[1] if "." in name else ""
    return gptlab._HOME.get(part, part)


def subject(path: Path) -> str:
    """`tokenizers` for both tokenizers/bpe.py and tokenizers.py."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    package = ("gptlab", *path.relative_to(ROOT).parts[:-1])
    return imports(path.read_text(encoding="utf-8"), package)


def complaints(here: str, names: Iterator[str]) -> list[str]:
    found = []
    for name in names:
        top = name.split(".")[0]
        if top == "gptlab":
            there = module_of(name)
            if there != here and LEVEL.get(there, len(LAYERS)) >= LEVEL[here]:
                found.append(f"{here} must not import {name}")
        elif here not in AT_HOME_ONLY.get(top, {here}):
            found.append(f"{here} must not import {name}, see AT_HOME_ONLY")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    here = subject(path)
    if here == "__init__":
        return
    assert here in LEVEL, f"Give {here} a place in LAYERS."
    assert complaints(here, imports_of(path)) == []


def test_widgets_hold_no_training_code() -> None:
    """The notebook hands a widget the generator that trains."""
    for path in (ROOT / "widgets").rglob("*.py"):
        assert {module_of(name) for name in imports_of(path)}.isdisjoint({"training", "muon"}), path


@pytest.mark.parametrize(
    ("here", "source"),
    [
        ("attention", "import gptlab.gpt"),
        ("attention", "from gptlab import gpt"),
        ("attention", "from gptlab import GPT"),
        ("attention", "from gptlab.gpt import GPT"),
        ("attention", "from . import gpt"),
        ("attention", "from .gpt import GPT"),
        ("tokenizers", "from gptlab.corpora import Corpus"),
        ("gpt", "def late():\n    from gptlab import training"),
        ("gpt", "from gptlab.misplaced import thing"),
        ("training", "import gptlab"),
        ("training", "import matplotlib.pyplot as plt"),
        ("training", "from plotly import graph_objects"),
        ("figures", "from IPython.display import HTML"),
        ("figures", "import anywidget"),
        ("widgets", "from gptlab.site import page"),
        ("cli", "import nbconvert"),
    ],
)
def test_an_import_that_points_up_is_found(here: str, source: str) -> None:
    assert len(complaints(here, imports(source, ("gptlab",)))) == 1


@pytest.mark.parametrize(
    ("here", "source"),
    [
        ("gpt", "import torch\nfrom gptlab.attention import Attention"),
        ("gpt", "from gptlab import GPTConfig, capture, masks"),
        ("gpt", "from .layers import Block"),
        ("figures", "import matplotlib.pyplot as plt"),
        ("widgets", "import anywidget\nfrom gptlab import figures"),
        ("cli", "import gptlab"),
    ],
)
def test_an_import_that_points_down_is_fine(here: str, source: str) -> None:
    assert complaints(here, imports(source, ("gptlab",))) == []


def test_a_relative_import_inside_a_package_is_its_own() -> None:
    names = list(imports("from .bpe import A\nfrom ..config import B", ("gptlab", "tokenizers")))
    assert names == ["gptlab.tokenizers.bpe.A", "gptlab.config.B"]


def test_importing_gptlab_does_not_wait_for_torch() -> None:
    check = "import sys, gptlab; assert 'torch' not in sys.modules, 'torch was imported'"
    subprocess.run([sys.executable, "-c", check], check=True)


@pytest.mark.parametrize("name", gptlab.__all__)
def test_every_re_exported_name_is_there(name: str) -> None:
    assert getattr(gptlab, name).__name__ == name
    assert name in dir(gptlab)


def test_a_module_is_found_without_being_imported_first() -> None:
    check = "import gptlab; assert gptlab.config.GPTConfig is gptlab.GPTConfig"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_a_misspelt_name_shows_what_there_is() -> None:
    with pytest.raises(AttributeError, match=r"gptlab has no 'GTP'.* GPT, GPTConfig, "):
        _ = gptlab.GTP
