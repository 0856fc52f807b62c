"""Open JupyterLab on a learner's own copies of the lessons.

    python -m tools.lab [--course FOLDER] [--work FOLDER] [any option of `jupyter lab`]

The server listens on this machine only, asks for a token, and calls nothing outside. Its settings
live in work/.jupyter, so that a learner's other Jupyter, its extensions and its password stay out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat.sign import NotebookNotary

ROOT = Path(__file__).resolve().parents[1]
FIRST = "00_start.ipynb"
# Which version of the course each copy was made from: the digest of its cells.
ORIGINS = ".origins.json"
JUPYTER_FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython",
}
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "fetchNews": "false",
    },
}
PAGE = {
    "disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension": True,
    },
}


def refresh(course: Path, work: Path) -> list[str]:
    """Bring the copies in `work` up to date, and leave alone every copy that a learner edited.

    Running a notebook changes its outputs, not its cells, and so does not count as an edit.

    Returns:
        What a learner should know, one sentence for each notebook concerned.
    """
    work.mkdir(parents=True, exist_ok=True)
    origins, news = read_origins(work), []
    for lesson in sorted(course.glob("*.ipynb")):
        copy, newest = work / lesson.name, cells_digest(lesson)
        mine = cells_digest(copy) if copy.exists() else None
        if mine is None or (mine != newest and mine == origins.get(lesson.name)):
            write(copy, lesson.read_bytes())
            news.append(f"{copy} is {'new' if mine is None else 'brought up to date'}.")
        elif mine != newest:
            if origins.get(lesson.name) != newest:
                news.append(
                    f"{copy} has your own changes and stays as it is. The course has a newer "
                    "version: to get it, rename your copy and run `make lab` again."
                )
            continue
        origins[lesson.name] = newest
    write(work / ORIGINS, json.dumps(origins, indent=1).encode())
    return news


def read_origins(work: Path) -> dict[str, str]:
    """Read the record; without a readable one, every copy counts as the learner's."""
    try:
        origins = json.loads((work / ORIGINS).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return origins if isinstance(origins, dict) else {}


def cells_digest(path: Path) -> str:
    """Hash what a person writes in a notebook: the cells without outputs and counts."""
    content = path.read_bytes()
    try:
        cells = json.loads(content)["cells"]
        content = json.dumps([[c["cell_type"], "".join(c["source"])] for c in cells]).encode()
    except (ValueError, KeyError, TypeError):
        pass  # not a notebook that we understand: every byte counts
    return hashlib.sha256(content).hexdigest()


def write(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that an interruption leaves the old one."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def environment(work: Path) -> dict[str, str]:
    """Give JupyterLab folders of its own, where news, updates and extensions are switched off."""
    home = work / ".jupyter"
    folders = {name: str(home / folder) for name, folder in JUPYTER_FOLDERS.items()}
    labconfig = home / "config" / "labconfig"
    labconfig.mkdir(parents=True, exist_ok=True)
    for name, content in (("default_setting_overrides", SETTINGS), ("page_config", PAGE)):
        write(labconfig / f"{name}.json", json.dumps(content, indent=1).encode())
    # An empty or a known token would open the server to others; Jupyter makes a random one.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")}
    return {**inherited, **folders, "JUPYTER_PLATFORM_DIRS": "1"}


def trust(course: Path, work: Path) -> None:
    """Sign what the project itself ran, so that JupyterLab shows its outputs whole."""
    data = work / ".jupyter" / JUPYTER_FOLDERS["JUPYTER_DATA_DIR"]
    data.mkdir(parents=True, exist_ok=True)
    notary = NotebookNotary(data_dir=str(data))
    for lesson in course.glob("*.ipynb"):
        notary.sign(nbformat.read(lesson, as_version=4))


def command(work: Path, *options: str) -> list[str]:
    """Build the command line; a learner's options come last and win, save for the address."""
    flags: dict[str, Any] = {
        "ServerApp.root_dir": work.parent,
        "LabApp.default_url": f"/lab/tree/{work.name}/{FIRST}",
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    if hasattr(os, "getuid") and os.getuid() == 0:
        flags["ServerApp.allow_root"] = True  # the usual user of a container
    fixed = [f"--{name}={value}" for name, value in flags.items()]
    return [sys.executable, "-m", "jupyterlab", *fixed, *options, "--ServerApp.ip=127.0.0.1"]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make lab", add_help=False, allow_abbrev=False)
    parser.add_argument("--course", type=Path, default=ROOT / "notebooks")
    parser.add_argument("--work", type=Path, default=ROOT / "work")
    options, for_jupyter = parser.parse_known_args(arguments)
    work = options.work.resolve()
    for sentence in refresh(options.course.resolve(), work):
        print(sentence, flush=True)
    line, env = command(work, *for_jupyter), environment(work)
    trust(options.course.resolve(), work)
    if os.name == "posix":  # Ctrl-C then reaches JupyterLab, which asks before it stops
        os.execve(line[0], line, env)
    return subprocess.call(line, env=env)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
