"""Chromium or Chrome on this machine, for tests and benchmarks: found, and kept off the network."""

import os
import shutil
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/snap/bin/chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
if hasattr(os, "getuid") and os.getuid() == 0:
    FLAGS.append("--no-sandbox")  # which refuses to run for root
MISSING = (
    "No Chromium or Chrome was found, so nothing was tried in a browser. Install one (Debian and "
    "Ubuntu: sudo apt install chromium; macOS and Windows: www.google.com/chrome), or name one: "
    "GPTLAB_BROWSER=/path/to/chrome make test"
)


def find_browser() -> str | None:
    """Return the program's path, or None; GPTLAB_BROWSER names one."""
    named = os.environ.get("GPTLAB_BROWSER")
    found = [shutil.which(name) for name in ([named] if named else COMMANDS)]
    places = [str(path) for path in map(Path, PLACES) if not named and path.expanduser().exists()]
    return next((path for path in [*found, *places] if path), None)
