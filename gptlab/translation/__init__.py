"""A small translator with an encoder and a decoder, made of the parts that the GPT is made of."""

from gptlab.translation.encdec import CrossAttention, DecoderBlock, EncDec
from gptlab.translation.language import ENGLISH, FRENCH, Sentence, Words, every_sentence, halves
from gptlab.translation.learning import Lesson, logits_of, shapes, study
from gptlab.translation.translating import Translation, exact_share, translate

__all__ = [
    "ENGLISH",
    "FRENCH",
    "CrossAttention",
    "DecoderBlock",
    "EncDec",
    "Lesson",
    "Sentence",
    "Translation",
    "Words",
    "every_sentence",
    "exact_share",
    "halves",
    "logits_of",
    "shapes",
    "study",
    "translate",
]
