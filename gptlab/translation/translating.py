"""Translating: word by word, and how often the model is asked for it."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.probes import capture
from gptlab.translation.encdec import EncDec
from gptlab.translation.language import END, START, Sentence, Words
from gptlab.translation.learning import Translator

MOST_WORDS = 16  # after which a translation without an end is cut off


@dataclass(frozen=True, eq=False)
class Translation:
    """A translation, and what it took.

    Args:
        source: The given words.
        words: The translation.
        n_encoder_passes: How often the encoder ran; 0 for a GPT, which has none.
        n_decoder_passes: How often the decoder ran: once per word, and once for the end.
        patterns: Where the decoder looked in the source, by layer and head: a row per written
            word and one for the end; None for a GPT.
    """

    source: tuple[str, ...]
    words: tuple[str, ...]
    n_encoder_passes: int
    n_decoder_passes: int
    patterns: Float[Tensor, "layer head target source"] | None

    def __str__(self) -> str:
        return " ".join(self.words)


def translate(model: Translator, sentence: str | tuple[str, ...], words: Words) -> Translation:
    """Translate a sentence, taking the likeliest word each time.

    Args:
        model: A trained translator.
        sentence: English, with words that the translator knows.
        words: Its vocabulary.

    Raises:
        ValueError: A word is unknown.
    """
    ids = words.encode(sentence)
    source = torch.tensor([ids])
    start, end = words.encode([START, END])
    written, n_passes = [start], 0
    with eval_mode(model), torch.inference_mode():
        memory = model.encode(source) if isinstance(model, EncDec) else None
        while len(written) <= MOST_WORDS:
            target = torch.tensor([written])
            if isinstance(model, GPT):
                logits = model(torch.cat((source, target), dim=1))
            else:
                assert memory is not None  # mypy does not follow the line above
                logits = model.decode(memory, target)
            n_passes += 1
            best = int(logits[0, -1].argmax())
            if best == end:
                break
            written.append(best)
        patterns = _patterns(model, source, written) if isinstance(model, EncDec) else None
    return Translation(
        source=words.decode(ids),
        words=words.decode(written[1:]),
        n_encoder_passes=int(memory is not None),
        n_decoder_passes=n_passes,
        patterns=patterns,
    )


def _patterns(
    model: EncDec, source: Tensor, written: list[int]
) -> Float[Tensor, "layer head target source"]:
    with capture(model, "decoder.*.cross.pattern") as seen:
        model(source, torch.tensor([written]))
    return torch.stack([pattern[0] for pattern in seen.values()])


def exact_share(model: Translator, sentences: Iterable[Sentence], words: Words) -> float:
    """Return the share of sentences whose translation is right in every word."""
    right = [translate(model, s.english, words).words == s.french for s in sentences]
    return sum(right) / len(right)
