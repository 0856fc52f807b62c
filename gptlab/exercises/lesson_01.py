"""Exercises of lesson 1, whose answers the tokenizers compute."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from gptlab import tokenizers
from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, Order, choice, order
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.tokenizers import ByteBPE

CHINESE = "春天的原野上"
ENGLISH = "The cat sat on the mat."
COSTS = {"a": "牡丹", "b": " understanding", "c": "👩‍🚀", "d": "🐱"}
HUGS = "hug hug pug pun bun hugs"


def count_chinese() -> Number:
    """Ask how many tokens GPT-2 makes of six Chinese characters."""
    gpt2 = tokenizers.gpt2()
    ids = gpt2.encode(CHINESE)
    return number(
        "01-count-chinese",
        _(
            "`{text}` (“on the fields of spring”) has {n} characters. How many tokens does GPT-2's "
            "tokenizer make of it?",
            text=CHINESE,
            n=len(CHINESE),
        ),
        answer=len(ids),
        tolerance=1,
        unit=_("tokens"),
        hint=_("Each of these characters is three bytes in UTF-8. Only common ones are one token."),
        solution=_(
            "{characters} characters, {bytes} bytes, {tokens} tokens: {pieces}. GPT-2's merges "
            "were learned from text that was mostly English.",
            characters=len(CHINESE),
            bytes=len(CHINESE.encode()),
            tokens=len(ids),
            pieces=" ".join(tokenizers.spelled(gpt2, ids)),
        ),
    )


def order_costs() -> Order:
    """Ask which of four short texts costs the fewest tokens."""
    gpt2 = tokenizers.gpt2()
    return order(
        "01-order-costs",
        _(
            "Which costs GPT-2 the fewest tokens, which the most? Put the fewest first; `␣` is a "
            "space."
        ),
        items={label: f"`{text.replace(' ', '␣')}`" for label, text in COSTS.items()},
        values={label: len(gpt2.encode(text)) for label, text in COSTS.items()},
        unit=_("tokens"),
        hint=_("Length on the screen says little: ask how often GPT-2's text held it."),
        solution=_(
            "The word is frequent, and the space before it belongs to the token. The astronaut "
            "looks like one character and is three: a woman, an invisible joiner and a rocket, "
            "{bytes} bytes.",
            bytes=len(COSTS["c"].encode()),
        ),
    )


def stop_words() -> Choice:
    """Ask what becomes of "the" before GPT reads it."""
    gpt2 = tokenizers.gpt2()
    ids = gpt2.encode(ENGLISH)
    pieces = tokenizers.spelled(gpt2, ids)
    kept = gpt2.decode(ids) == ENGLISH and "␣the" in pieces
    return choice(
        "01-stop-words",
        _("What becomes of the second `the` in `{text}` before GPT-2 reads it?", text=ENGLISH),
        options={
            "a": _("It is removed: a stop word carries no meaning."),
            "b": _("It is a token like any other."),
            "c": _("It is joined with `mat` into one phrase."),
        },
        answer="b" if kept else "a",
        reasons={
            "a": _("Then decoding could not give the sentence back, and it does."),
            "b": _("The sentence does not come back from its tokens."),
            "c": _("No merge crosses from one word to the next."),
        },
        hint=_("Decode the tokens again. Is the sentence whole?"),
        solution=_(
            "The tokens: {pieces} – nothing is removed: the model has to write `the` as well.",
            pieces=" ".join(pieces),
        ),
    )


def first_merge() -> Choice:
    """Ask what byte-level BPE joins first in a text of six words."""
    (pair,) = tokenizers.train_bpe(HUGS, vocab_size=257).merges
    joined = b"".join(pair).decode()
    options = {"a": "hu", "b": "ug", "c": "hug", "d": "un"}
    n = {label: HUGS.count(piece) for label, piece in options.items()}
    return choice(
        "01-first-merge",
        _("A byte-level BPE is trained on `{text}`. What does its first merge make?", text=HUGS),
        options={label: f"`{piece}`" for label, piece in options.items()},
        answer=next(label for label, piece in options.items() if piece == joined),
        reasons={
            "a": _("It occurs {n} times. Another pair occurs more often.", n=n["a"]),
            "b": _("It occurs {n} times. Another pair occurs more often.", n=n["b"]),
            "c": _("A merge joins two pieces, and at first each piece is one byte."),
            "d": _("It occurs {n} times. Another pair occurs more often.", n=n["d"]),
        },
        hint=_("Count each pair of neighbours over all words."),
        solution=_(
            "`{joined}` occurs {n} times, more often than any other pair. So it becomes a token, "
            "everywhere at once, and counting begins again.",
            joined=joined,
            n=HUGS.count(joined),
        ),
    )


def count_pairs() -> Code:
    """Ask for the count on which training rests."""
    return code(
        "01-count-pairs",
        _(
            "Write `count_pairs(words)`: `words` is a list of words, each a list of pieces. Return "
            "a dictionary from each pair of neighbours to how often it occurs. No pair crosses "
            "from one word to the next."
        ),
        cases=[
            Case(_("one word"), (_words("hug"),), _counted("hug")),
            Case(_("a pair in two words"), (_words("hug pug"),), _counted("hug pug")),
            Case(_("a pair twice in one word"), (_words("banana"),), _counted("banana")),
            Case(_("a word of one piece"), (_words("a"),), _counted("a")),
            Case(_("the six words of the lesson"), (_words(HUGS),), _counted(HUGS)),
        ],
        stub=("def count_pairs(words):\n    counts = {}\n    ...\n"),
        solution=(
            "def count_pairs(words):\n"
            "    counts = {}\n"
            "    for pieces in words:\n"
            "        for pair in zip(pieces, pieces[1:]):\n"
            "            counts[pair] = counts.get(pair, 0) + 1\n"
            "    return counts\n"
        ),
        hint=_("`zip(pieces, pieces[1:])` gives the pairs of neighbours of one word."),
    )


def merge_once() -> Code:
    """Ask for one merge, the step that encoding repeats."""
    return code(
        "01-merge-once",
        _(
            "Write `merge_once(pieces, pair)`: return the list of pieces in which every occurrence "
            "of `pair`, from left to right, has become one piece."
        ),
        cases=[
            _merged(_("the pair at the end"), "hug", ("u", "g")),
            _merged(_("the pair twice"), "banana", ("a", "n")),
            _merged(_("a pair that is not there"), "pun", ("u", "g")),
            _merged(_("a pair that overlaps itself"), "aaa", ("a", "a")),
            _merged(_("nothing to merge"), "", ("u", "g")),
        ],
        stub=("def merge_once(pieces, pair):\n    merged = []\n    ...\n"),
        solution=(
            "def merge_once(pieces, pair):\n"
            "    merged = []\n"
            "    i = 0\n"
            "    while i < len(pieces):\n"
            "        if tuple(pieces[i : i + 2]) == tuple(pair):\n"
            "            merged.append(pieces[i] + pieces[i + 1])\n"
            "            i += 2\n"
            "        else:\n"
            "            merged.append(pieces[i])\n"
            "            i += 1\n"
            "    return merged\n"
        ),
        hint=_(
            "Go from left to right with `while`: after a merge, skip two pieces instead of one."
        ),
    )


def _words(text: str) -> list[list[str]]:
    """Cut a text as the tokenizer does before its first merge."""
    start = ByteBPE(name="bytes", merges=()).replay(text)[0]
    return [[piece.decode() for piece in word] for word in start.pieces]


def _counted(text: str) -> dict[tuple[str, str], int]:
    return dict(Counter(pair for word in _words(text) for pair in pairwise(word)))


def _merged(name: str, word: str, pair: tuple[str, str]) -> Case:
    left, right = pair
    bpe = ByteBPE(name="one merge", merges=((left.encode(), right.encode()),))
    before, after = (
        [piece.decode() for pieces in step.pieces for piece in pieces]
        for step in (bpe.replay(word)[0], bpe.replay(word)[-1])
    )
    return Case(name, (before, pair), after)


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    count_chinese,
    order_costs,
    stop_words,
    first_merge,
    count_pairs,
    merge_once,
)
