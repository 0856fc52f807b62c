"""Things to type into and to move: each works in JupyterLab, and is a picture elsewhere."""

from gptlab.widgets.attention import AttentionExplorer
from gptlab.widgets.base import LabWidget
from gptlab.widgets.checkpoint_slider import CheckpointSlider
from gptlab.widgets.cosine_calculator import CosineCalculator
from gptlab.widgets.model_xray import ModelXRay
from gptlab.widgets.next_token import NextToken
from gptlab.widgets.position_explorer import PositionExplorer
from gptlab.widgets.tokens import TokenExplorer
from gptlab.widgets.vector_explorer import VectorExplorer

__all__ = [
    "AttentionExplorer",
    "CheckpointSlider",
    "CosineCalculator",
    "LabWidget",
    "ModelXRay",
    "NextToken",
    "PositionExplorer",
    "TokenExplorer",
    "VectorExplorer",
]
