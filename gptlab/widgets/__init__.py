"""Things to type into and to move: each works in JupyterLab, and is a picture elsewhere."""

from gptlab.widgets.attention import AttentionExplorer
from gptlab.widgets.backprop_through_time import BackpropThroughTime
from gptlab.widgets.base import LabWidget
from gptlab.widgets.beam_tree import BeamTree
from gptlab.widgets.chat_box import ChatBox
from gptlab.widgets.checkpoint_slider import CheckpointSlider
from gptlab.widgets.claim_board import ClaimBoard
from gptlab.widgets.cosine_calculator import CosineCalculator
from gptlab.widgets.finetune_lab import FinetuneLab
from gptlab.widgets.length_lab import LengthLab
from gptlab.widgets.memory_lab import MemoryLab
from gptlab.widgets.model_xray import ModelXRay
from gptlab.widgets.next_token import NextToken
from gptlab.widgets.objective_explorer import ObjectiveExplorer
from gptlab.widgets.position_explorer import PositionExplorer
from gptlab.widgets.sentence_probability import SentenceProbability
from gptlab.widgets.tokens import TokenExplorer
from gptlab.widgets.training_player import TrainingPlayer
from gptlab.widgets.vector_explorer import VectorExplorer

__all__ = [
    "AttentionExplorer",
    "BackpropThroughTime",
    "BeamTree",
    "ChatBox",
    "CheckpointSlider",
    "ClaimBoard",
    "CosineCalculator",
    "FinetuneLab",
    "LabWidget",
    "LengthLab",
    "MemoryLab",
    "ModelXRay",
    "NextToken",
    "ObjectiveExplorer",
    "PositionExplorer",
    "SentenceProbability",
    "TokenExplorer",
    "TrainingPlayer",
    "VectorExplorer",
]
