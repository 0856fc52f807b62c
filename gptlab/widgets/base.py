"""What widgets have in common: strict arguments, words, a picture, and a text to type."""

from __future__ import annotations

import inspect
from typing import Any

import anywidget
import traitlets

from gptlab.display.output import still
from gptlab.style import Picture
from gptlab.tokenizers.spelling import checked_text

MOUNT = "application/vnd.gptlab.widget+json"
"""What a page without a kernel draws a widget from: `{name, state, weights}`, small JSON."""


class LabWidget(anywidget.AnyWidget):
    """A widget that takes no unknown argument and carries a picture for readers without a kernel.

    A subclass tags the traits that a caller may set with `argument=True`, and those that the page
    reads with `sync=True`.

    Raises:
        TypeError: An argument is unknown.
    """

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

    def page_weights(self) -> list[str] | None:
        """Name the assets that a page without a kernel computes with; None if it cannot."""
        return []

    def state(self) -> dict[str, Any]:
        """Return what a page starts from: small JSON, the synchronised traits of the widget's own.

        What a page computes itself, and what travels in buffers, is tagged `computed=True` and
        stays out.
        """
        inherited = anywidget.AnyWidget.class_trait_names(sync=True)
        computed = self.trait_names(sync=True, computed=True)
        names = sorted(set(self.trait_names(sync=True)) - set(inherited) - set(computed))
        # anywidget adds _esm and _css to each widget; a page has them already.
        return {name: getattr(self, name) for name in names if not name.startswith("_")}

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        data, about = still(self.snapshot())
        mount = {
            "name": type(self).__name__,
            "state": self.state(),
            "weights": self.page_weights(),
        }
        return {**live, **data, MOUNT: mount}, {**metadata, **about}


class TextWidget(LabWidget):
    """A widget that has a text field."""

    text = traitlets.Unicode().tag(sync=True, argument=True)
    """What the learner typed."""

    @traitlets.validate("text")
    def _valid_unicode(self, proposal: dict[str, Any]) -> str:
        return checked_text(proposal["value"])

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page sent; half of a surrogate pair stops here, before it is stored."""
        checked_text(sync_data.get("text", ""))
        super().set_state(sync_data)
