"""Things to type into and to move: each works in JupyterLab, and is a picture elsewhere."""

from gptlab.widgets.base import LabWidget
from gptlab.widgets.tokens import TokenExplorer

__all__ = ["LabWidget", "TokenExplorer"]
