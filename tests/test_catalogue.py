"""Words of the interface come from one catalogue, which a translation can replace."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gptlab import catalogue, display, figures
from tools import catalogue as tool

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "optimizer steps"
msgstr "优化步数"

msgid "step {step:,} of {total:,}"
msgstr "共 {total:,} 步,第 {step:,} 步"

msgid "Attention pattern over {n} token."
msgid_plural "Attention patterns over {n} tokens."
msgstr[0] "{n} 个词元的注意力。"
"""


@pytest.fixture
def chinese(tmp_path: Path) -> Iterator[Path]:
    po = tmp_path / "zh_CN" / "LC_MESSAGES" / "gptlab.po"
    po.parent.mkdir(parents=True)
    po.write_text(PO, encoding="utf-8")
    po.with_suffix(".mo").write_bytes(tool.compiled(po))
    catalogue.use("zh_CN", tmp_path)
    yield tmp_path
    catalogue.use("en")


def test_a_translation_reaches_a_figure(chinese: Path) -> None:
    picture = figures.loss_curve([1, 2], [3.0, 2.0])
    assert picture.axes[0].get_xlabel() == "优化步数"


def test_a_translation_may_reorder_the_values(chinese: Path) -> None:
    assert catalogue.text("step {step:,} of {total:,}", step=3, total=9) == "共 9 步,第 3 步"


def test_a_language_may_have_other_plural_forms(chinese: Path) -> None:
    said = catalogue.plural(
        "Attention pattern over {n} token.", "Attention patterns over {n} tokens.", 5
    )
    assert said == "5 个词元的注意力。"


def test_what_is_not_translated_stays_english(chinese: Path) -> None:
    assert catalogue.text("parameters") == "parameters"


def test_english_comes_back(chinese: Path) -> None:
    assert catalogue.language() == "zh_CN"
    catalogue.use("en")
    assert catalogue.text("optimizer steps") == "optimizer steps"


def test_an_unknown_language_names_those_that_there_are(chinese: Path) -> None:
    with pytest.raises(ValueError, match="expected one of the languages en, zh_CN, got 'xx'"):
        catalogue.use("xx", chinese)
    assert catalogue.language() == "zh_CN"


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert catalogue.text("prompt: {prompt}", prompt="{x} {0!r}") == "prompt: {x} {0!r}"


def test_the_translators_list_holds_every_message_of_the_figures() -> None:
    listed = tool.template().decode()
    for message in ("optimizer steps", "The picture in words", "The whole block"):
        assert f'msgid "{message}"' in listed


def test_the_translators_list_is_found_from_any_folder(tmp_path: Path) -> None:
    shutil.copy(figures.loss.__file__, tmp_path)
    assert 'msgid "optimizer steps"' in tool.template(tmp_path).decode()


# No words beside the catalogue

WRITES = {"set_xlabel", "set_ylabel", "set_title", "set_label", "suptitle", "annotate", "legend"}
NAMES_WORDS = {"label", "title", "caption", "summary", "description"}
TRANSLATES = {"_", "plural", "text"}


def literal_words(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(literal_words(part) for part in node.values)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return any(character.isalpha() for character in node.value)


def untranslated(source: str) -> list[str]:
    """Words that go to a label, a title or a description without passing the catalogue."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        written = node.args if name in WRITES else []
        written += [k.value for k in node.keywords if k.arg in NAMES_WORDS]
        found += [ast.unparse(part) for part in written if literal_words(part)]
    return found


def prose_beside_the_catalogue(source: str) -> list[str]:
    """String literals of several words that are neither docstrings, messages nor errors."""
    tree = ast.parse(source)
    fine: set[ast.AST] = set()
    for node in ast.walk(tree):
        name = getattr(getattr(node, "func", None), "id", "")
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and name in TRANSLATES):
            fine.update(ast.walk(node))
        elif isinstance(node, ast.keyword) and node.arg in ("loc", "textcoords"):
            fine.add(node.value)  # matplotlib's "lower left" and "offset points"
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            fine.add(node.value)
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node not in fine and isinstance(node.value, str)
        if sum(word.isalpha() for word in node.value.split()) >= 2
    ]


SHOWN = [
    path
    for package in (display, figures)
    for path in sorted(Path(str(package.__file__)).parent.glob("*.py"))
]


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_no_words_bypass_the_catalogue(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert untranslated(source) == []
    assert prose_beside_the_catalogue(source) == []


@pytest.mark.parametrize(
    "source",
    ['axes.set_xlabel("steps")', 'axes.plot(x, label="loss")', 'f(description=f"{n} tokens")'],
)
def test_words_beside_the_catalogue_are_found(source: str) -> None:
    assert len(untranslated(source)) == 1


def test_prose_beside_the_catalogue_is_found() -> None:
    assert prose_beside_the_catalogue('words = "the loss falls"') == ["the loss falls"]
    assert prose_beside_the_catalogue('words = _("the loss falls")') == []
