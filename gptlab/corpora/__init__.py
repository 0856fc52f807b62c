"""Texts to learn from: Shakespeare's plays, the reader's own files, downloads on request."""

from gptlab.corpora.corpus import Corpus, Split, split_in_order
from gptlab.corpora.files import load, tiny_shakespeare
from gptlab.corpora.plays import Play, Speech, plays, replies, shakespeare

__all__ = [
    "Corpus",
    "Play",
    "Speech",
    "Split",
    "load",
    "plays",
    "replies",
    "shakespeare",
    "split_in_order",
    "tiny_shakespeare",
]
