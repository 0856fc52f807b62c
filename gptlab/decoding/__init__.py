"""From probabilities to text: decoding rules, generation step by step, beam search."""

from gptlab.decoding.beams import Beam, BeamStep, beam_search, beam_steps, extended
from gptlab.decoding.gaps import rewrite, write_in_gaps
from gptlab.decoding.generation import DecodingStep, generate, steps
from gptlab.decoding.repeats import HistoryRule, NoRepeat, RepetitionPenalty
from gptlab.decoding.rules import (
    GREEDY,
    Sampling,
    draw,
    keep_top_k,
    keep_top_p,
    with_temperature,
)
from gptlab.decoding.stopping import tokens_with
from gptlab.decoding.text import generate_text, stream_text, whole_characters

__all__ = [
    "GREEDY",
    "Beam",
    "BeamStep",
    "DecodingStep",
    "HistoryRule",
    "NoRepeat",
    "RepetitionPenalty",
    "Sampling",
    "beam_search",
    "beam_steps",
    "draw",
    "extended",
    "generate",
    "generate_text",
    "keep_top_k",
    "keep_top_p",
    "rewrite",
    "steps",
    "stream_text",
    "tokens_with",
    "whole_characters",
    "with_temperature",
    "write_in_gaps",
]
