"""Models that answer widgets from the kernel, whatever library they come from."""

from gptlab.widgets.backends.gpt import GPTBackend
from gptlab.widgets.backends.huggingface import HuggingFaceBackend
from gptlab.widgets.backends.opening import OpenModels, open_models
from gptlab.widgets.backends.reading import Backend, Head, Reading, newest

__all__ = [
    "Backend",
    "GPTBackend",
    "Head",
    "HuggingFaceBackend",
    "OpenModels",
    "Reading",
    "newest",
    "open_models",
]
