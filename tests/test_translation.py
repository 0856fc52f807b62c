"""The little translator: its language, its parts, and that it learns."""

import pytest
import torch

import gptlab
from gptlab import GPT, GPTConfig, translation
from gptlab.translation import CrossAttention, EncDec, Sentence, Words

SENTENCES = translation.every_sentence()
WORDS = Words(SENTENCES)


def sizes(**changes: int) -> GPTConfig:
    given = {"d_vocab": len(WORDS), "n_ctx": 16, "d_model": 16, "n_layers": 2, "n_heads": 2}
    return GPTConfig(**given | changes)


def encdec(seed: int = 0) -> EncDec:
    return EncDec(sizes(), generator=torch.Generator().manual_seed(seed))


def french(english: str) -> str:
    return next(" ".join(s.french) for s in SENTENCES if str(s) == english)


# The language


@pytest.mark.parametrize(
    ("english", "expected"), [*zip(translation.ENGLISH, translation.FRENCH, strict=True)]
)
def test_the_articles_three_sentences_are_in_the_language(english: str, expected: str) -> None:
    assert french(english.lower().replace(".", " .")) == expected


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("the black bird is on the tree .", "l' oiseau noir est sur l' arbre ."),
        ("the small bird is on the tree .", "le petit oiseau est sur l' arbre ."),
        ("the white house sees the dog .", "la maison blanche voit le chien ."),
        ("the cat is not in the car .", "le chat n' est pas dans la voiture ."),
        ("the school is under the table .", "l' école est sous la table ."),
    ],
)
def test_french_agrees_and_changes_places(english: str, expected: str) -> None:
    assert french(english) == expected


def test_no_sentence_is_both_learned_and_tested() -> None:
    learned, tested = translation.halves(SENTENCES)
    assert len(learned) + len(tested) == len(SENTENCES) == len(set(map(str, SENTENCES)))
    assert 0.1 < len(tested) / len(SENTENCES) < 0.15
    assert {str(s) for s in tested} >= {e.lower().replace(".", " .") for e in translation.ENGLISH}


def test_words_come_back_and_unknown_ones_are_named() -> None:
    ids = WORDS.encode("The cat sees the dog.")
    assert WORDS.decode(ids) == ("the", "cat", "sees", "the", "dog", ".")
    with pytest.raises(ValueError, match="got 'fish'"):
        WORDS.encode("the fish")


def test_sentences_of_one_shape_need_no_padding() -> None:
    lessons = translation.shapes(SENTENCES, WORDS)
    assert sum(len(lesson.source) for lesson in lessons) == len(SENTENCES)
    first = lessons[0]
    assert first.source.shape[0] == first.target.shape[0]
    assert set(first.target[:, 0].tolist()) == {0}
    assert set(first.target[:, -1].tolist()) == {1}


# The parts


def test_cross_attention_is_torchs() -> None:
    """Queries from one text, keys and values from another, against torch's fused kernel."""
    cross = CrossAttention(sizes())
    generator = torch.Generator().manual_seed(0)
    for weight in cross.parameters():
        torch.nn.init.normal_(weight, std=0.3, generator=generator)
    x, memory = (torch.randn(1, n, 16, generator=generator) for n in (3, 5))
    q, k, v = (
        torch.einsum("bpd,hde->bhpe", text, W) + b[:, None]
        for text, W, b in (
            (x, cross.W_Q, cross.b_Q),
            (memory, cross.W_K, cross.b_K),
            (memory, cross.W_V, cross.b_V),
        )
    )
    z = torch.nn.functional.scaled_dot_product_attention(q, k, v)
    expected = torch.einsum("bhpe,hed->bpd", z, cross.W_O) + cross.b_O
    torch.testing.assert_close(cross(x, memory), expected, atol=1e-5, rtol=1e-5)


def test_the_decoder_sees_no_later_word_and_every_source_word() -> None:
    model = encdec()
    source, target = torch.tensor([[2, 3, 4]]), torch.tensor([[0, 5, 6]])
    before = model(source, target)
    torch.testing.assert_close(
        model(source, torch.tensor([[0, 5, 7]]))[:, :2], before[:, :2], atol=1e-6, rtol=1e-6
    )
    changed = model(torch.tensor([[2, 3, 9]]), target)
    assert ((changed - before).abs().amax(-1) > 0).all()


def test_cross_attention_rows_sum_to_one_over_the_source() -> None:
    model = encdec()
    with gptlab.capture(model, "decoder.*.cross.pattern") as seen:
        model(torch.tensor([[2, 3, 4, 5]]), torch.tensor([[0, 5]]))
    assert [tuple(p.shape) for p in seen.values()] == [(1, 2, 2, 4)] * 2
    for pattern in seen.values():
        torch.testing.assert_close(pattern.sum(-1), torch.ones(1, 2, 2))


def test_a_gpt_reads_source_and_target_as_one_text() -> None:
    model = GPT(sizes(n_ctx=32), generator=torch.Generator().manual_seed(0))
    source, target = torch.tensor([[2, 3, 4]]), torch.tensor([[0, 5, 6, 1]])
    logits = translation.logits_of(model, source, target)
    whole = model(torch.tensor([[2, 3, 4, 0, 5, 6]]))
    torch.testing.assert_close(logits, whole[:, 3:])
    assert translation.logits_of(encdec(), source, target).shape == logits.shape


def test_a_sentence_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="17 tokens do not fit n_ctx=16"):
        encdec().encode(torch.zeros(1, 17, dtype=torch.long))


# Learning


def few() -> list[Sentence]:
    return [s for s in SENTENCES if "sees" in s.english and len(s.english) == 6][:8]


def test_a_translator_learns_a_few_sentences_and_counts_its_passes() -> None:
    model = EncDec(sizes(d_model=32), generator=torch.Generator().manual_seed(0))
    lessons = translation.shapes(few(), WORDS)
    generator = torch.Generator().manual_seed(0)
    losses = [*translation.study(model, lessons, 150, generator=generator, batch_size=8)]
    assert losses[-1] < 0.2 < losses[0]
    assert translation.exact_share(model, few(), WORDS) == 1.0
    made = translation.translate(model, few()[0].english, WORDS)
    assert made.words == few()[0].french
    assert (made.n_encoder_passes, made.n_decoder_passes) == (1, len(made.words) + 1)
    assert made.patterns is not None
    assert made.patterns.shape == (2, 2, len(made.words) + 1, len(made.source))


def test_the_same_seed_learns_the_same() -> None:
    lessons = translation.shapes(few(), WORDS)

    def run() -> list[float]:
        generator = torch.Generator().manual_seed(3)
        model = EncDec(sizes(), generator=generator)
        return [*translation.study(model, lessons, 3, generator=generator, batch_size=4)]

    assert run() == run()


def test_a_translation_without_an_end_is_cut_off() -> None:
    model = GPT(sizes(n_ctx=32), generator=torch.Generator().manual_seed(0))
    made = translation.translate(model, "the cat", WORDS)
    assert made.patterns is None
    assert made.n_encoder_passes == 0
    assert len(made.words) <= translation.translating.MOST_WORDS
