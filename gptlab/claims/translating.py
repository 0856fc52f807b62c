"""The texts that stand in files beside the code, for translators."""

from collections.abc import Iterator

from gptlab.claims.disputes import contradictions
from gptlab.claims.ledger import claims
from gptlab.claims.states import reasons
from gptlab.claims.techniques import features


def messages() -> Iterator[str]:
    """Yield every text of the ledger and of the files beside it once."""
    texts = [text for entry in claims() for text in (entry.says, entry.fact, entry.source)]
    texts += [text for each in features() for text in (each.name, each.works)]
    for pair in contradictions():
        texts += [pair.question, pair.first, pair.second, pair.because]
    yield from dict.fromkeys([*texts, *reasons().values()])
