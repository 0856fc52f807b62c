"""Weights in and out: Hugging Face's GPT-2 directories, and everybody's names for one thing."""

from gptlab.weights.names import NAMES, SIZES, WEIGHTS, Row
from gptlab.weights.reading import from_hf
from gptlab.weights.writing import to_hf

__all__ = ["NAMES", "SIZES", "WEIGHTS", "Row", "from_hf", "to_hf"]
