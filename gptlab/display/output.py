"""How anything reaches the screen: a bundle of forms, of which each front end takes its best."""

import base64
from typing import Any

from IPython.display import DisplayHandle
from IPython.display import display as _display

from gptlab import style
from gptlab.style import Picture


def send(
    data: dict[str, Any],
    metadata: dict[str, Any] | None = None,
    handle: DisplayHandle | None = None,
) -> None:
    """Show a bundle, or put it in place of what the handle shows already.

    Args:
        data: MIME type to content.
        metadata: MIME type to what a front end should know about that content.
        handle: Which display to replace from the second time on.
    """
    if handle is None:
        _display(data, metadata=metadata or {}, raw=True)
    elif getattr(handle, "sent", False):
        handle.update(data, metadata=metadata or {}, raw=True)
    else:
        handle.display(data, metadata=metadata or {}, raw=True)
        handle.sent = True  # type: ignore[attr-defined]


def still(picture: Picture) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a picture as a bundle, and what front ends should know about it.

    Raises:
        ValueError: If the picture has no description.
    """
    if not picture.description:
        raise ValueError(
            "expected a picture that says in words what it shows, got one without. Pass "
            "Picture(description=...): some readers hear a lesson instead of seeing it."
        )
    data = {
        "image/png": base64.b64encode(style.png(picture)).decode(),
        "text/plain": picture.description,
    }
    width, height = (round(inches * style.DPI) for inches in picture.get_size_inches())
    # JupyterLab 4.6 leaves the alternative text out, nbconvert uses it.
    return data, {"image/png": {"alt": picture.description, "width": width, "height": height}}
