"""Things to type into and to move: each works in JupyterLab, and is a picture elsewhere."""

from gptlab.widgets.attention import AttentionExplorer
from gptlab.widgets.base import LabWidget
from gptlab.widgets.checkpoint_slider import CheckpointSlider
from gptlab.widgets.next_token import NextToken
from gptlab.widgets.tokens import TokenExplorer

__all__ = ["AttentionExplorer", "CheckpointSlider", "LabWidget", "NextToken", "TokenExplorer"]
