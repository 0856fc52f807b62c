"""What word vectors are trained to do: three objectives, each one small module.

All three learn two vectors for each word, one for when it stands in the middle (`W`) and one for
when it stands around (`C`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gptlab.vectors.table import WordVectors

Sentences = Sequence[Sequence[str]]


class Objective(nn.Module):
    """Two tables of vectors, and a text to learn them from.

    Args:
        sentences: The text, as lists of words.
        d: Width of the vectors.
        window: How many words to each side count as context.
        generator: Draws the vectors and, later, the batches.

    Raises:
        ValueError: No word has a neighbour.
    """

    title = ""

    def __init__(
        self, sentences: Sentences, *, d: int = 16, window: int = 3, generator: torch.Generator
    ) -> None:
        super().__init__()
        counts = Counter(word for sentence in sentences for word in sentence)
        self.words = [word for word, _n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]
        self.ids = {word: number for number, word in enumerate(self.words)}
        self.generator = generator
        shape = len(self.words), d
        self.W = nn.Parameter(torch.randn(shape, generator=generator) * 0.1)
        self.C = nn.Parameter(torch.randn(shape, generator=generator) * 0.1)
        self._read(list(self._places(sentences, window)))
        frequencies = torch.tensor([counts[word] for word in self.words], dtype=torch.float)
        self.noise = frequencies**0.75  # Mikolov et al. 2013b, section 2.2

    def loss(self, batch_size: int) -> Tensor:
        """Return the loss on a random batch, in nats per example (GloVe: squared error)."""
        raise NotImplementedError

    def table(self) -> WordVectors:
        """Return the vectors as they are now."""
        rows = self.W.detach().numpy().copy()
        return WordVectors(name=self.title, words=tuple(self.words), vectors=rows)

    def _places(self, sentences: Sentences, window: int) -> Iterator[tuple[int, list[int]]]:
        """Yield each word's id with the places −window … window around it, −1 beyond the ends."""
        for sentence in sentences:
            ids = [self.ids[word] for word in sentence]
            padded = [-1] * window + ids + [-1] * window
            for at, middle in enumerate(ids):
                around = padded[at : at + window] + padded[at + window + 1 : at + 2 * window + 1]
                yield middle, around

    def _read(self, places: list[tuple[int, list[int]]]) -> None:
        middles = torch.tensor([middle for middle, _ in places])
        arounds = torch.tensor([around for _, around in places])
        has_context = (arounds >= 0).any(1) if len(places) else torch.zeros(0, dtype=torch.bool)
        if not has_context.any():
            raise ValueError(
                "expected sentences of two words or more, got none. Pass lists of words, such as "
                '[["feed", "the", "cat"]].'
            )
        self.middles, self.arounds = middles[has_context], arounds[has_context]

    def _noise(self, *shape: int) -> Tensor:
        drawn = torch.multinomial(
            self.noise, torch.Size(shape).numel(), replacement=True, generator=self.generator
        )
        return drawn.view(shape)

    def _batch(self, n: int, size: int) -> Tensor:
        return torch.randint(n, (size,), generator=self.generator)


class SkipGram(Objective):
    """From the word in the middle, tell real context words from random ones (Word2Vec).

    Loss: −ln σ(w·c) − Σₖ ln σ(−w·cₖ) with five random words cₖ.

    Source: Mikolov et al. 2013b, equation 4.
    """

    title = "skip-gram"

    def loss(self, batch_size: int) -> Tensor:
        """Return the loss on a random batch of pairs."""
        at = self._batch(len(self.middles), batch_size)
        middles, arounds = self.middles[at], self.arounds[at]
        chosen = torch.multinomial((arounds >= 0).float(), 1, generator=self.generator)
        w = self.W[middles]
        real = (w * self.C[arounds.gather(1, chosen)[:, 0]]).sum(1)
        random = torch.einsum("b d, b k d -> b k", w, self.C[self._noise(batch_size, 5)])
        return -(F.logsigmoid(real) + F.logsigmoid(-random).sum(1)).mean()


class CBOW(Objective):
    """From the mean of the context, tell the word in the middle from random ones (Word2Vec).

    Source: Mikolov et al. 2013a, section 3.1, with the loss of 2013b, equation 4.
    """

    title = "CBOW"

    def loss(self, batch_size: int) -> Tensor:
        """Return the loss on a random batch of gaps."""
        at = self._batch(len(self.middles), batch_size)
        mean = self.mean(self.arounds[at])
        real = (mean * self.C[self.middles[at]]).sum(1)
        random = torch.einsum("b d, b k d -> b k", mean, self.C[self._noise(batch_size, 5)])
        return -(F.logsigmoid(real) + F.logsigmoid(-random).sum(1)).mean()

    def mean(self, arounds: Tensor) -> Tensor:
        """Average the vectors of the words around a gap: their order is gone."""
        is_word = (arounds >= 0).float()[:, :, None]
        return (self.W[arounds.clamp(min=0)] * is_word).sum(1) / is_word.sum(1)

    def fillings(self, around: Sequence[str]) -> Tensor:
        """Score every word for the gap between some words; a softmax makes shares of them."""
        ids = torch.tensor([[self.ids[word] for word in around]])
        return self.mean(ids)[0] @ self.C.T


class GloVe(Objective):
    """Let w·c + b + b′ be the logarithm of how often two words stand together.

    Loss: f(X) (w·c + b + b′ − ln X)² over all pairs that occur, f(X) = min(1, (X / x_max)^0.75);
    a pair k words apart counts 1/k.

    Source: Pennington et al. 2014, equations 8 and 9; the vectors are W + C (section 4.2).
    """

    title = "GloVe's objective"

    def _read(self, places: list[tuple[int, list[int]]]) -> None:
        super()._read(places)
        n, window = len(self.words), self.arounds.shape[1] // 2
        apart = torch.tensor([abs(k) for k in range(-window, window + 1) if k])
        X = torch.zeros(n, n)
        for column, distance in zip(self.arounds.T, apart, strict=True):
            real = column >= 0
            pair = self.middles[real] * n + column[real]
            X += torch.bincount(pair, minlength=n * n).view(n, n) / distance
        self.rows, self.columns = X.nonzero(as_tuple=True)
        self.counts = X[self.rows, self.columns]
        self.shares = (self.counts / self.counts.quantile(0.9)).clamp(max=1) ** 0.75
        self.b, self.b_around = nn.Parameter(torch.zeros(n)), nn.Parameter(torch.zeros(n))

    def loss(self, batch_size: int) -> Tensor:
        """Return the loss on a random batch of pairs."""
        at = self._batch(len(self.counts), batch_size)
        i, j = self.rows[at], self.columns[at]
        predicted = (self.W[i] * self.C[j]).sum(1) + self.b[i] + self.b_around[j]
        return (self.shares[at] * (predicted - self.counts[at].log()) ** 2).mean()

    def table(self) -> WordVectors:
        """Return W + C as they are now."""
        rows = (self.W + self.C).detach().numpy().copy()
        return WordVectors(name=self.title, words=tuple(self.words), vectors=rows)


class SentenceTask(Objective):
    """From the mean of a sentence's vectors, say its label: vectors trained by a task.

    Args:
        sentences: The text, as lists of words.
        labels: One whole number from 0 for each sentence.
        d: Width of the vectors.
        generator: Draws the vectors and the batches.

    Source: Iyyer et al. 2015, *Deep Unordered Composition*, section 2.1 (with no hidden layer).
    """

    title = "a task"

    def __init__(
        self,
        sentences: Sentences,
        labels: Sequence[int],
        *,
        d: int = 16,
        generator: torch.Generator,
    ) -> None:
        super().__init__(sentences, d=d, window=1, generator=generator)
        self.texts = [torch.tensor([self.ids[word] for word in words]) for words in sentences]
        self.labels = torch.tensor(labels)
        self.head = nn.Parameter(torch.zeros(d, int(self.labels.max()) + 1))

    def loss(self, batch_size: int) -> Tensor:
        """Return the cross-entropy of the labels on a random batch of sentences."""
        at = self._batch(len(self.texts), batch_size)
        texts = [self.texts[i] for i in at.tolist()]
        starts = torch.tensor([0, *(len(text) for text in texts[:-1])]).cumsum(0)
        means = F.embedding_bag(torch.cat(texts), self.W, starts, mode="mean")
        return F.cross_entropy(means @ self.head, self.labels[at])
