"""Whether a judge that counts letters can tell a model's text from a person's."""

from collections.abc import Sequence

import numpy as np

from gptlab.tokenizers import Tokenizer

MOST_LETTERS = 4  # the judge counts strings of one to so many characters


def told_apart(one: str, other: str, tokenizer: Tokenizer, n_tokens: int) -> float:
    """Return the share of excerpts that a classifier tells apart; 0.5 is guessing.

    Both texts are cut into excerpts; logistic regression on TF-IDF of their characters learns from
    the first half of each text and is asked about the second.

    Args:
        one: A text.
        other: Another.
        tokenizer: Cuts them.
        n_tokens: Tokens of an excerpt.

    Raises:
        ValueError: One of the texts gives fewer than four excerpts.
    """
    # Imported here: scikit-learn takes a second, and nothing else of the measures needs it.
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    cut = [_excerpts(tokenizer, text, n_tokens) for text in (one, other)]
    n = min(map(len, cut)) // 2
    if n < 2:
        raise ValueError(
            f"expected four excerpts of {n_tokens} tokens or more in each text, came "
            f"{len(cut[0])} and {len(cut[1])}. Pass longer texts or a smaller n_tokens."
        )
    learned = [*cut[0][:n], *cut[1][:n]]
    asked = [*cut[0][n : 2 * n], *cut[1][n : 2 * n]]
    labels = np.repeat([0, 1], n)
    counts = TfidfVectorizer(
        analyzer="char", ngram_range=(1, MOST_LETTERS), sublinear_tf=True, lowercase=False
    )
    judge = make_pipeline(counts, LogisticRegression(C=10.0, max_iter=300)).fit(learned, labels)
    return float(judge.score(asked, labels))


def _excerpts(tokenizer: Tokenizer, text: str, n_tokens: int) -> Sequence[str]:
    ids = tokenizer.encode(text)
    starts = range(0, len(ids) - n_tokens + 1, n_tokens)
    return [tokenizer.decode(ids[start : start + n_tokens]) for start in starts]
