"""From probabilities to text: decoding rules, generation step by step, beam search."""

from gptlab.decoding.beams import Beam, beam_search, beam_steps
from gptlab.decoding.gaps import rewrite, write_in_gaps
from gptlab.decoding.generation import DecodingStep, generate, steps
from gptlab.decoding.rules import (
    GREEDY,
    Sampling,
    draw,
    keep_top_k,
    keep_top_p,
    with_temperature,
)
from gptlab.decoding.text import generate_text, stream_text, whole_characters

__all__ = [
    "GREEDY",
    "Beam",
    "DecodingStep",
    "Sampling",
    "beam_search",
    "beam_steps",
    "draw",
    "generate",
    "generate_text",
    "keep_top_k",
    "keep_top_p",
    "rewrite",
    "steps",
    "stream_text",
    "whole_characters",
    "with_temperature",
    "write_in_gaps",
]
