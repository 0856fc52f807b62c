"""The command line: `gptlab train`, `eval`, `sample`, `export`, `experiment`, `data`, `doctor`."""

from gptlab.cli.main import main

__all__ = ["main"]
