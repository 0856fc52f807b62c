"""What holds for every test: cheap ones first, nothing outside this machine, no surprises."""

# Do not import gptlab here: jaxtyping's hook must see the first import of it.
import ipaddress
import os
import socket
import sys
from typing import Any

import hypothesis
import pytest

os.environ |= {
    "GPTLAB_PROGRESS": "off",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "JUPYTER_PLATFORM_DIRS": "1",
    "MPLBACKEND": "Agg",
    "TOKENIZERS_PARALLELISM": "false",  # else a warning when a test starts a process
}

# Deadlines measure the machine; CI draws the same examples on each run.
hypothesis.settings.register_profile("gptlab", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("gptlab")


class NetworkUsed(BaseException):
    """A test tried to leave this machine; no `except Exception` may hide it."""


def refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        target = address[0] if isinstance(address, tuple) else ""  # a string: a Unix socket
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        target = arguments[0]
    else:
        return
    if not is_this_machine(target):
        raise NetworkUsed(f"{event} {target!r}: tests stay on this machine (127.0.0.1, ::1)")


def is_this_machine(target: str | bytes | None) -> bool:
    name = target.decode() if isinstance(target, bytes) else target or ""
    if name in ("", "localhost", "0.0.0.0", "::", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def pytest_configure() -> None:
    sys.addaudithook(refuse_the_network)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the cheap tiers first, so that a slip shows within seconds."""
    tiers = ("slow", "browser")
    items.sort(key=lambda item: [bool(item.get_closest_marker(name)) for name in reversed(tiers)])
