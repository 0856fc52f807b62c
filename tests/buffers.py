"""Traits with buffers as JSON, for what has no kernel: a page in a test, and node."""

import base64
from typing import Any


def spelled_out(value: Any) -> Any:
    """Return JSON in which bytes are `{"base64": text}`."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {name: spelled_out(part) for name, part in value.items()}
    return [spelled_out(part) for part in value] if isinstance(value, list | tuple) else value
