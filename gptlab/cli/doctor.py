"""`gptlab doctor`: what this machine has, and what training will make of it."""

import os
import platform
from argparse import Namespace
from importlib import metadata

import gptlab
from gptlab import datafiles, devices
from gptlab.catalogue import text as _
from gptlab.presets import default_preset
from gptlab.schedule import Minutes

_PACKAGES = ("torch", "numpy", "tokenizers", "tiktoken", "jupyterlab", "anywidget", "matplotlib")


def run(options: Namespace) -> int:
    """Print one fact a line."""
    device = devices.best_device()
    preset = default_preset(device, Minutes(1.0))
    missing = ", ".join(package.name for package in datafiles.missing_packages())
    facts = [
        (_("gptlab"), gptlab.__version__),
        (_("Python"), f"{platform.python_version()} ({platform.system()} {platform.machine()})"),
        *((name, metadata.version(name)) for name in _PACKAGES),
        (_("memory"), _memory()),
        (_("processor"), _("{n} cores", n=os.cpu_count())),
        (_("device"), devices.describe(device)),
        (_("why"), devices.why(device)),
        (_("number format"), devices.why_format(device)),
        (_("compiling"), devices.why_compiling(device)),
        (_("preset"), f"{preset.name}: {preset.purpose}"),
        (
            _("data"),
            _("missing: {names}; run gptlab data", names=missing) if missing else _("all here"),
        ),
    ]
    width = max(len(name) for name, _value in facts)
    for name, value in facts:
        print(f"{name:{width}}  {value}")
    return 0


def _memory() -> str:
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows
        return _("unknown")
    return f"{pages / 2**30:.1f} GiB"
