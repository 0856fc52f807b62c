"""Text in, token ids out: byte-level BPE, characters, and three published vocabularies."""

from gptlab.tokenizers.bpe import ByteBPE, MergeStep
from gptlab.tokenizers.chars import CharTokenizer
from gptlab.tokenizers.files import from_json, load, save
from gptlab.tokenizers.protocol import Tokenizer
from gptlab.tokenizers.published import PublishedBPE, cl100k, gpt2, o200k
from gptlab.tokenizers.spelling import spelled
from gptlab.tokenizers.training import train_bpe

__all__ = [
    "ByteBPE",
    "CharTokenizer",
    "MergeStep",
    "PublishedBPE",
    "Tokenizer",
    "cl100k",
    "from_json",
    "gpt2",
    "load",
    "o200k",
    "save",
    "spelled",
    "train_bpe",
]
