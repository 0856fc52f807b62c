"""Word vectors: GloVe's published cosines, measures by hand, and three objectives that learn."""

import numpy as np
import pytest
import torch
from sklearn.manifold import TSNE

from gptlab import vectors
from gptlab.vectors import (
    CBOW,
    EXAMPLE,
    MEASURES,
    TOPICS,
    GloVe,
    SentenceTask,
    SkipGram,
    WordVectors,
    glove,
    maps,
    planted,
    swapped,
    train_vectors,
    wordlists,
)

TOPIC = {word: topic for topic, words in TOPICS.items() for word in words}


def seed(number: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(number)


@pytest.fixture(scope="module")
def common() -> WordVectors:
    return glove(20_000)


@pytest.fixture(scope="module")
def text() -> list[list[str]]:
    return planted(2000)


def table(**rows: tuple[float, ...]) -> WordVectors:
    return WordVectors(name="tiny", words=tuple(rows), vectors=np.array([*rows.values()]))


# Measures


@pytest.mark.parametrize(
    ("pair", "dot", "cosine", "euclidean", "manhattan"),
    [
        (("cat", "dog"), -0.06, -0.1754, 0.9, 1.5),
        (("cat", "fish"), -0.17, -0.3606, 1.1402, 2.2),
        (("dog", "fish"), -0.03, -0.0725, 0.9644, 1.9),
    ],
)
def test_the_three_vectors_of_the_article(pair, dot, cosine, euclidean, manhattan) -> None:
    """cat · dog = .2 × .4 − .1 × .2 − .5 × .3 + .3 × .1 = −.06, |cat| = √.39, |dog| = √.30."""
    found = vectors.measured(EXAMPLE, [pair])[pair]
    expected = {"dot": dot, "cosine": cosine, "euclidean": euclidean, "manhattan": manhattan}
    assert found == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("d", [2, 4, 50])
def test_a_rotation_keeps_lengths_and_angles_and_not_l1(d: int) -> None:
    a, b = np.random.default_rng(d).normal(size=(2, d))
    for turn in (vectors.rotation(d, 33), vectors.random_rotation(d)):
        np.testing.assert_allclose(turn @ turn.T, np.eye(d), atol=1e-12)
        for name, measure in MEASURES.items():
            change = abs(measure(turn @ a, turn @ b) - measure(a, b))
            assert (change > 1e-3) if name == "manhattan" else (change < 1e-12)


def test_a_quarter_turn_in_the_plane() -> None:
    np.testing.assert_allclose(vectors.rotation(2, 90) @ [1, 0], [0, 1], atol=1e-12)


def test_a_vector_without_length_has_no_direction() -> None:
    assert np.isnan(vectors.cosine([0, 0], [1, 2]))


def test_the_mean_cosine_is_that_of_all_pairs() -> None:
    rows = np.random.default_rng(0).normal(size=(6, 4))
    cosines = vectors.pairwise(rows)[~np.eye(6, dtype=bool)]
    assert vectors.mean_cosine(rows) == pytest.approx(cosines.mean())


# GloVe


@pytest.mark.parametrize(
    ("first", "second", "cosine"),
    [
        ("cat", "dog", 0.922),
        ("cat", "fish", 0.623),
        ("dog", "fish", 0.642),
        ("football", "basketball", 0.879),
        ("football", "banana", 0.063),
        ("machine", "learning", 0.480),
        ("i", "love", 0.783),
        ("hot", "cold", 0.801),
    ],
)
def test_cosines_of_glove(common: WordVectors, first: str, second: str, cosine: float) -> None:
    assert common.cosine(first, second) == pytest.approx(cosine, abs=0.001)
    assert vectors.cosine(common[first], common[second]) == pytest.approx(cosine, abs=0.001)


def test_glove_is_whole_and_common_words_come_first() -> None:
    assert glove().vectors.shape == (400_000, 50)
    assert glove().words[:3] == ("the", ",", ".")
    assert glove(10).words == glove().words[:10]
    assert glove(10).vectors.flags.c_contiguous


@pytest.mark.parametrize("words", [*wordlists.KINDS.values(), *wordlists.GRAMMAR.values()])
def test_every_listed_word_has_a_vector_and_stands_once(
    common: WordVectors, words: list[str]
) -> None:
    assert len(set(words)) == len(words)
    assert all(word in common for word in words)


def test_pairs_are_twenty_of_each_kind(common: WordVectors) -> None:
    for pairs in (wordlists.ANTONYMS, wordlists.SYNONYMS):
        assert len(pairs) == 20
        assert all(word in common for pair in pairs for word in pair)


# A table


def test_neighbours_are_those_of_a_slow_count(common: WordVectors) -> None:
    few = common.first(300)
    cosines = [vectors.cosine(few["time"], row) for row in few.vectors]
    order = [few.words[i] for i in np.argsort(cosines)[::-1] if few.words[i] != "time"]
    assert [word for word, _ in few.neighbours("time", 7)] == order[:7]


def test_the_answer_of_an_analogy_is_no_input_unless_it_may_be(common: WordVectors) -> None:
    assert common.analogy("king", minus="man", plus="woman", n=1)[0][0] == "queen"
    free = common.analogy("king", minus="man", plus="woman", n=2, with_inputs=True)
    assert [word for word, _ in free] == ["king", "queen"]


def test_a_word_that_is_not_there_is_said_with_similar_ones(common: WordVectors) -> None:
    with pytest.raises(KeyError, match=r"GloVe has no word 'Kingg'. It has king"):
        common["Kingg"]
    with pytest.raises(KeyError, match="lower-case English"):
        common["牡丹"]
    assert common.get("牡丹") is None


def test_words_without_rows_and_words_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="one row for each of 2 words"):
        WordVectors(name="a", words=("a", "b"), vectors=np.eye(3))
    with pytest.raises(ValueError, match="each word of 'a' once"):
        WordVectors(name="a", words=("a", "a"), vectors=np.eye(2))


def test_a_row_of_zeros_is_near_nothing() -> None:
    tiny = table(a=(0.0, 0.0), b=(1.0, 0.0), c=(2.0, 0.1))
    assert tiny.neighbours("b", 1)[0][0] == "c"
    assert tiny.cosine("a", "b") == 0


def test_hubs_are_counted_once_for_each_word_that_has_them() -> None:
    """b is nearest to a and to c; a or c is nearest to b: three words, three nearest."""
    tiny = table(a=(1.0, 0.3), b=(1.0, 0.0), c=(1.0, -0.31))
    assert tiny.hubs(k=1).tolist() == [1, 2, 0]


def test_the_centre_is_removed(common: WordVectors) -> None:
    few = common.first(500).centred()
    np.testing.assert_allclose(few.vectors.mean(axis=0), 0, atol=1e-5)


def test_random_cosines_compare_two_different_words(common: WordVectors) -> None:
    drawn = common.first(50).random_cosines(2000)
    assert drawn.max() < 0.999


def test_purity_is_the_share_of_neighbours_of_the_own_group() -> None:
    tiny = table(a=(1.0, 0.0), b=(1.0, 0.1), c=(0.0, 1.0), d=(0.1, 1.0))
    assert tiny.purity(dict(a="x", b="x", c="y", d="y"), n=1) == 1
    assert tiny.purity(dict(a="x", b="y", c="x", d="y"), n=1) == 0


# Maps


def test_pca_keeps_what_differs_most() -> None:
    rows = np.zeros((4, 3))
    rows[:, 1] = [0, 1, 2, 3]
    np.testing.assert_allclose(vectors.pca(rows), [[-1.5, 0], [-0.5, 0], [0.5, 0], [1.5, 0]])


def test_tsne_is_nearly_as_good_as_scikit_learns_of_twice_as_many_steps(
    common: WordVectors,
) -> None:
    """Both are measured by the loss that t-SNE lowers, the divergence of the two affinities."""
    rows = common.rows(word for words in wordlists.KINDS.values() for word in words[:10])
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    p = maps._affinities(maps._squared_distances(unit.astype(float)), perplexity=13.0)
    theirs = TSNE(perplexity=13, init="pca", method="exact", random_state=0).fit_transform(unit)
    assert _divergence(p, vectors.tsne(rows)) < 1.15 * _divergence(p, theirs)


def _divergence(p: np.ndarray, points: np.ndarray) -> float:
    near = 1 / (1 + maps._squared_distances(np.asarray(points, dtype=float)))
    np.fill_diagonal(near, 0)
    q = np.maximum(near / near.sum(), 1e-12)
    return float((p * np.log(p / q)).sum())


def test_an_unknown_map_is_refused_and_umap_is_an_extra() -> None:
    with pytest.raises(ValueError, match="expected one of pca, tsne, umap, got 'som'"):
        vectors.flattened(np.eye(4), "som")
    if not vectors.umap_is_installed():
        with pytest.raises(ModuleNotFoundError, match="pip install umap-learn"):
            vectors.flattened(np.eye(4), "umap")


# Probes


def test_one_number_that_tells_all_is_found() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 5))
    member = np.arange(40) < 20
    rows[member, 3] -= 50
    assert vectors.best_axis(rows, member) == 1
    assert vectors.linear_probe(rows, member) == 1


def test_a_probe_of_noise_is_near_guessing() -> None:
    rows = np.random.default_rng(0).normal(size=(400, 5))
    assert abs(vectors.linear_probe(rows, np.arange(400) % 2 == 0) - 0.5) < 0.1


# Training


def test_a_planted_sentence_is_of_one_topic_or_mixed(text: list[list[str]]) -> None:
    n_topics = [len({TOPIC[word] for word in words if word in TOPIC}) for words in text]
    assert 0.8 < np.mean(np.array(n_topics) == 1) < 0.95
    assert planted(5, seed=1) == planted(5, seed=1) != planted(5, seed=2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [SkipGram, CBOW, GloVe])
def test_an_objective_finds_the_topics_that_nobody_named(kind, text: list[list[str]]) -> None:
    objective = kind(text, generator=seed())
    assert objective.table().purity(TOPIC) < 0.4
    losses = [step.loss for step in train_vectors(objective, n_steps=600)]
    assert np.mean(losses[-20:]) < 0.8 * losses[0]
    assert objective.table().purity(TOPIC) > 0.9


@pytest.mark.slow
def test_a_word_with_the_contexts_of_another_takes_its_place(text: list[list[str]]) -> None:
    objective = SkipGram(swapped(text, "dog", "pizza"), generator=seed())
    assert len([*train_vectors(objective, n_steps=500)]) == 500
    near = [word for word, _ in objective.table().neighbours("dog", 5)]
    assert sum(TOPIC.get(word) == "food" for word in near) >= 4


@pytest.mark.slow
def test_a_task_sorts_the_words_too(text: list[list[str]]) -> None:
    names = [*TOPICS]
    labels = [names.index(next(TOPIC[word] for word in words if word in TOPIC)) for words in text]
    task = SentenceTask(text, labels, generator=seed())
    assert len([*train_vectors(task, n_steps=150)]) == 150
    assert task.table().purity(TOPIC) > 0.8


def test_the_same_seed_trains_the_same_vectors(text: list[list[str]]) -> None:
    found = []
    for _ in range(2):
        objective = SkipGram(text[:200], generator=seed(3))
        found.append([step.loss for step in train_vectors(objective, n_steps=5)])
    assert found[0] == found[1]


def test_cbow_does_not_see_the_order_of_a_context(text: list[list[str]]) -> None:
    cbow = CBOW(text[:200], generator=seed())
    around = ["we", "feed", "with", "the"]
    torch.testing.assert_close(cbow.fillings(around), cbow.fillings(around[::-1]))


def test_counts_of_glove_weigh_near_words_more() -> None:
    """a b c: a and b stand 1 apart (counts 1), a and c 2 apart (counts ½)."""
    objective = GloVe([["a", "b", "c"]], generator=seed())
    ids = objective.ids
    pairs = zip(objective.rows.tolist(), objective.columns.tolist(), strict=True)
    counts = dict(zip(pairs, objective.counts.tolist(), strict=True))
    assert counts[ids["a"], ids["b"]] == 1
    assert counts[ids["a"], ids["c"]] == 0.5
    assert len(counts) == 6


def test_text_without_neighbours_is_refused() -> None:
    with pytest.raises(ValueError, match="sentences of two words or more"):
        SkipGram([["alone"]], generator=seed())


# Texts


def test_windows_end_at_the_token_and_may_ask_what_stands_before() -> None:
    stream = torch.tensor([1, 9, 2, 9, 1, 9])
    assert vectors.windows(stream, 9, 2).tolist() == [[1, 9], [2, 9], [1, 9]]
    assert vectors.windows(stream, 9, 2, after=[1]).tolist() == [[1, 9], [1, 9]]
    assert vectors.windows(stream, 9, 4).tolist() == [[1, 9, 2, 9], [2, 9, 1, 9]]


def test_the_mean_leaves_out_words_without_a_vector() -> None:
    tiny = table(a=(1.0, 0.0), b=(3.0, 2.0))
    assert vectors.mean_rows(tiny, ["a b zzz", "zzz"]).tolist() == [[2, 1], [0, 0]]


def test_scores_rise_where_the_features_tell_the_label() -> None:
    random = np.random.default_rng(0)
    labels = np.array(["x", "y"] * 100)
    rows = random.normal(size=(200, 3)) + 3 * (labels == "x")[:, None]
    names = labels.tolist()
    scores = vectors.scores_by_labels(
        rows[:100], names[:100], rows[100:], names[100:], [10, 50], n_draws=2
    )
    assert scores.shape == (2, 2)
    assert scores[:, 1].min() > 0.95
