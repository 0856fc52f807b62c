"""`make lab` never overwrites what a learner wrote, and its server is for this machine only."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from tools import lab


def notebook(*sources: str, output: str = "") -> str:
    cells = [
        {"cell_type": "code", "source": source, "outputs": [output], "execution_count": 1}
        for source in sources
    ]
    return json.dumps({"cells": cells, "nbformat": 4})


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "00_start.ipynb").write_text(notebook("1 + 1"))
    return folder


@pytest.fixture
def copy(course: Path) -> Path:
    """The learner's copy of the first lesson, as `make lab` made it."""
    work = course.parent / "work"
    assert lab.refresh(course, work) == [f"{work / '00_start.ipynb'} is new."]
    return work / "00_start.ipynb"


def test_a_second_start_changes_nothing(course, copy) -> None:
    before = copy.stat().st_mtime_ns
    assert lab.refresh(course, copy.parent) == []
    assert copy.stat().st_mtime_ns == before


def test_an_untouched_copy_follows_the_course(course, copy) -> None:
    (course / copy.name).write_text(notebook("2 + 2"))
    assert lab.refresh(course, copy.parent) == [f"{copy} is brought up to date."]
    assert copy.read_text() == notebook("2 + 2")


def test_a_copy_that_was_only_run_follows_the_course(course, copy) -> None:
    copy.write_text(notebook("1 + 1", output="2"))
    assert lab.refresh(course, copy.parent) == []
    assert copy.read_text() == notebook("1 + 1", output="2")
    (course / copy.name).write_text(notebook("2 + 2"))
    lab.refresh(course, copy.parent)
    assert copy.read_text() == notebook("2 + 2")


def test_an_edited_copy_stays_and_is_mentioned_when_the_course_moves_on(course, copy) -> None:
    copy.write_text(notebook("1 + 1", "mine"))
    assert lab.refresh(course, copy.parent) == []
    (course / copy.name).write_text(notebook("2 + 2"))
    for _ in range(2):
        (sentence,) = lab.refresh(course, copy.parent)
        assert "has your own changes and stays as it is" in sentence
        assert copy.read_text() == notebook("1 + 1", "mine")


def test_a_copy_edited_before_an_update_counts_as_edited_after_it(course, copy) -> None:
    copy.write_text(notebook("mine"))
    (course / copy.name).write_text(notebook("2 + 2"))
    lab.refresh(course, copy.parent)
    (course / copy.name).write_text(notebook("3 + 3"))
    lab.refresh(course, copy.parent)
    assert copy.read_text() == notebook("mine")


def test_a_renamed_copy_makes_room_for_the_course_and_stays(course, copy) -> None:
    copy.write_text(notebook("mine"))
    mine = copy.rename(copy.with_name("mine.ipynb"))
    assert lab.refresh(course, copy.parent) == [f"{copy} is new."]
    assert mine.read_text() == notebook("mine")


@pytest.mark.parametrize("record", ["", "[]", "{", None])
def test_without_a_record_every_different_copy_is_the_learners(course, copy, record) -> None:
    if record is None:
        (copy.parent / lab.ORIGINS).unlink()
    else:
        (copy.parent / lab.ORIGINS).write_text(record)
    (course / copy.name).write_text(notebook("2 + 2"))
    (sentence,) = lab.refresh(course, copy.parent)
    assert "stays as it is" in sentence
    assert copy.read_text() == notebook("1 + 1")


@pytest.mark.parametrize("damage", ["", "{", '{"cells": 3}', "\udcff"])
def test_a_damaged_copy_is_the_learners_too(course, copy, damage) -> None:
    copy.write_text(damage, errors="surrogateescape")
    (course / copy.name).write_text(notebook("2 + 2"))
    lab.refresh(course, copy.parent)
    assert copy.read_text(errors="surrogateescape") == damage


def test_an_interrupted_copy_leaves_the_old_one(course, copy, monkeypatch) -> None:
    (course / copy.name).write_text(notebook("2 + 2"))
    monkeypatch.setattr(lab.os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        lab.refresh(course, copy.parent)
    assert copy.read_text() == notebook("1 + 1")


def test_the_outputs_of_the_course_are_trusted_and_those_of_others_are_not(tmp_path) -> None:
    course, work = tmp_path / "notebooks", tmp_path / "work"
    course.mkdir()
    ours = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
    nbformat.write(ours, course / "00_start.ipynb")
    lab.trust(course, work)
    notary = NotebookNotary(data_dir=str(work / ".jupyter" / "data"))
    assert notary.check_signature(nbformat.read(course / "00_start.ipynb", as_version=4))
    ours.cells[0].source = "2 + 2"
    assert not notary.check_signature(ours)


def test_the_address_cannot_be_opened_to_others(tmp_path) -> None:
    line = lab.command(tmp_path / "work", "--ServerApp.ip=0.0.0.0")
    assert [word for word in line if "ServerApp.ip" in word][-1] == "--ServerApp.ip=127.0.0.1"


def test_a_token_from_outside_is_not_used(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("JUPYTER_TOKEN", "")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "/home/me/.jupyter")
    env = lab.environment(tmp_path / "work")
    assert "JUPYTER_TOKEN" not in env
    assert Path(env["JUPYTER_CONFIG_DIR"]).is_relative_to(tmp_path)
