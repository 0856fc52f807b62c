"""What every widget has in common: strict arguments, words, and a picture of itself."""

from __future__ import annotations

import base64
import inspect
from typing import Any, ClassVar

import anywidget
import traitlets

from gptlab import style
from gptlab.style import Picture

MOUNT = "application/vnd.gptlab.widget+json"
"""What a page without a kernel draws a widget from: `{name, state, weights}`, small JSON."""

_NAMES: tuple[str, ...] = (
    "bytes",
    "characters",
    "code",
    "code_points",
    "id",
    "joined",
    "left",
    "n",
)
_NAMES += ("n", "name", "number", "right", "step", "text", "tokens", "total")
PLACES = {name: f"{{{name}}}" for name in _NAMES}
"""Places that a message keeps for the page to fill: `_("token {number}", **PLACES)`."""


class LabWidget(anywidget.AnyWidget):
    """A widget that takes no unknown argument and carries a picture for readers without a kernel.

    A subclass tags the traits that a caller may set with `argument=True`, and those that the page
    reads with `sync=True`.

    Raises:
        TypeError: An argument is unknown.
    """

    weights: ClassVar[tuple[str, ...]] = ()
    """Names of the sets of weights that a page without a kernel needs."""

    words = traitlets.Dict().tag(sync=True)
    """Every word that the page shows, in the language in use."""

    def __init__(self, **arguments: Any) -> None:
        known = self.arguments()
        if unknown := sorted(arguments.keys() - set(known)):
            raise TypeError(
                f"{type(self).__name__} has no argument {', '.join(unknown)}. "
                f"It takes: {', '.join(known)}."
            )
        super().__init__(**arguments)

    @classmethod
    def arguments(cls) -> list[str]:
        """Name what a caller may pass, in order."""
        named = inspect.signature(cls.__init__).parameters.values()
        mine = [p.name for p in named if p.kind is not p.VAR_KEYWORD and p.name != "self"]
        return [*mine, *(name for name in cls.class_trait_names(argument=True) if name not in mine)]

    def snapshot(self) -> Picture:
        """Draw the present state; the picture's description says it in words."""
        raise NotImplementedError(f"{type(self).__name__} needs a snapshot().")

    def state(self) -> dict[str, Any]:
        """Return what the page draws from: every synchronised trait of the widget's own."""
        inherited = anywidget.AnyWidget.class_trait_names(sync=True)
        names = sorted(set(self.trait_names(sync=True)) - set(inherited))
        # anywidget adds _esm and _css to each widget; a page has them already.
        return {name: getattr(self, name) for name in names if not name.startswith("_")}

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        picture = self.snapshot()
        width, height = (round(inches * style.DPI) for inches in picture.get_size_inches())
        mount = {"name": type(self).__name__, "state": self.state(), "weights": [*self.weights]}
        data = {
            "text/plain": picture.description,
            "image/png": base64.b64encode(style.png(picture)).decode(),
            MOUNT: mount,
        }
        alt = {"alt": picture.description, "width": width, "height": height}
        return {**live, **data}, {**metadata, "image/png": alt}
