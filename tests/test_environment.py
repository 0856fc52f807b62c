"""Every way of installing gptlab installs the same, and the tool that does it is careful."""

import re
import socket
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import NetworkUsed
from tools import environment

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DIRECT = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRA = [Requirement(line) for extra in PROJECT["optional-dependencies"].values() for line in extra]


def pins() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


@pytest.mark.parametrize("requirement", DIRECT + EXTRA, ids=str)
def test_a_direct_dependency_has_both_bounds_and_a_pin_between_them(requirement) -> None:
    operators = {bound.operator for bound in requirement.specifier}
    assert operators == {">=", "<"}
    assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])


def test_conda_users_get_the_same_direct_dependencies() -> None:
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, nested = conda["dependencies"]
    assert python == f"python{PROJECT['requires-python']}"
    assert pip == "pip"
    assert nested["pip"] == [*PROJECT["dependencies"], "-e ."]


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "constraints.txt", "environment.yml", "requirements-data.txt"]
)
def test_no_file_of_ours_names_a_server_or_a_folder_to_install_from(name) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://| @ |index-url|find-links|trusted-host|\+cpu|\+cu\d", text)


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    sources = [p for folder in ("gptlab", "tests", "tools") for p in (ROOT / folder).rglob("*.py")]
    assert {p.stem for p in sources}.isdisjoint({"utils", "util", "helpers", "common", "misc"})


def test_pins_lose_what_holds_on_one_machine_only() -> None:
    assert environment.pinned("torch==2.13.0+cpu\nNumPy==2.4.6\n").splitlines()[1:] == [
        "NumPy==2.4.6",
        "torch==2.13.0",
    ]
    with pytest.raises(SystemExit, match="Only released versions can be pinned, not: gptlab @ "):
        environment.pinned("gptlab @ file:///home/me/gptlab\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "constraints.txt", "requirements-data.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_changed_dependency_installs_again_and_a_changed_setting_does_not(project) -> None:
    before = environment.fingerprint(project)
    edit(project / "pyproject.toml", "line-length = 100", "line-length = 99")
    assert environment.fingerprint(project) == before
    edit(project / "pyproject.toml", "torch>=2.9", "torch>=2.10")
    after = environment.fingerprint(project)
    assert after != before
    edit(project / "constraints.txt", "torch==2.13.0", "torch==2.13.1")
    assert environment.fingerprint(project) != after


def test_what_the_tests_installed_serves_the_lab_and_not_the_other_way_round(tmp_path) -> None:
    python = environment.python_of(tmp_path)
    python.parent.mkdir(parents=True)
    python.touch()
    (tmp_path / "test.stamp").write_text("a")
    assert environment.is_ready("lab", tmp_path, "a")
    assert environment.is_ready("site", tmp_path, "a")
    assert not environment.is_ready("lab", tmp_path, "b")
    (tmp_path / "test.stamp").rename(tmp_path / "lab.stamp")
    assert environment.is_ready("lab", tmp_path, "a")
    assert not environment.is_ready("test", tmp_path, "a")


def test_a_second_run_starts_no_process(project, monkeypatch) -> None:
    python = environment.python_of(project / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    (project / ".venv" / "test.stamp").write_text(environment.fingerprint(project))
    monkeypatch.setattr(environment.subprocess, "call", lambda *_, **__: pytest.fail("started"))
    environment.make_ready("test", project)


def test_a_failed_install_leaves_no_stamp_and_says_what_to_do(project, monkeypatch) -> None:
    monkeypatch.setattr(environment.subprocess, "call", lambda *_, **__: 1)
    with pytest.raises(SystemExit, match="repeat the command"):
        environment.make_ready("lab", project)
    assert not list(project.rglob("*.stamp"))


def test_a_python_without_ensurepip_is_told_how_to_get_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SystemExit, match="sudo apt install python3-venv"):
        environment.create(tmp_path)


def test_an_old_python_is_told_so(monkeypatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        environment.main(["lab"])


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_tests_cannot_leave_this_machine(address) -> None:
    """Both addresses are reserved for documentation; nothing is sent to them either way."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as outgoing, pytest.raises(NetworkUsed, match="on this machine"):
        outgoing.connect(address)
    with pytest.raises(NetworkUsed):
        socket.getaddrinfo("example.com", 80)
