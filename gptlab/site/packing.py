"""The scripts, styles and assets of a page, in forms that `file://` lets through.

A browser reads no other file for a page opened from disk, except as a classic script. So a single
file holds its assets as text, and a site keeps each in a script that is loaded when it is needed.
"""

from __future__ import annotations

import html
from importlib import resources
from pathlib import Path

from gptlab.catalogue import text as _
from gptlab.widgets import assets, esm

PLOTLY = "script/plotly"
"""The name of plotly's own script among the assets of a page."""
WIDGETS = "script/widgets"
"""The name under which a single file holds the script of the widgets."""

_HERE = Path(str(resources.files("gptlab.site")))


def holding(name: str, text: str) -> str:
    """Return the element in which a single file holds an asset.

    Args:
        name: The asset's name.
        text: Its bytes, as `packed` writes them.
    """
    label = html.escape(name)
    return f'<script type="text/plain" data-gptlab-asset="{label}">{text}</script>'


def asset_text(name: str) -> str:
    """Return the asset of a widget, packed.

    Raises:
        ValueError: There is no such asset.
    """
    try:
        return assets.packed(assets.asset(name))
    except (ValueError, OSError) as error:
        raise ValueError(
            _(
                "a widget in this notebook needs {name}, which cannot be found here: {problem}",
                name=repr(name),
                problem=error,
            )
        ) from error


def plotly() -> bytes:
    """Return plotly's own script, which comes with plotly."""
    return (resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()


def page_script() -> str:
    """Return the script of every page: what scrolls, plotly's figures, light and dark."""
    return esm.script(_HERE / "js" / "page.js")


def stylesheet(*names: str) -> str:
    """Join stylesheets of `site/css`."""
    return esm.stylesheet(_HERE / "css", *names)
