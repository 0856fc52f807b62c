"""Exercises of lesson 11, whose answers masks and formulas compute."""

from collections.abc import Callable

from gptlab import costs, receptive
from gptlab.catalogue import text as _
from gptlab.config import GPTConfig
from gptlab.exercises.choosing import Choice, choice
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.masks import Causal, Chunked, SlidingWindow
from gptlab.sizes import PUBLISHED

D_MODEL = 512
CHUNK, N_CHUNKS, MANY = 8, 4, 9


def equal_length() -> Number:
    """Ask from which length on the pairs cost more than the rest."""
    cfg = GPTConfig(d_vocab=2, n_ctx=1, d_model=D_MODEL, n_layers=1, n_heads=8)
    return number(
        "11-equal-length",
        _(
            "A model is {d} numbers wide, and its MLP four times as wide. At how many tokens do "
            "the pairs cost as much arithmetic as all the rest of a block?",
            d=D_MODEL,
        ),
        answer=costs.equal_length(cfg),
        tolerance=0,
        unit=_("tokens"),
        hint=_("Set 4 n² d equal to 8 n d² + 16 n d² and divide by 4 n d."),
        solution=_("n = 6 d. With a width of 512 that is 3,072 tokens, whatever the layers are."),
    )


def chunks_with_layers() -> Choice:
    """Ask how far chunks reach in a deep model."""
    n_pos = CHUNK * N_CHUNKS
    fields = [receptive.receptive_field(Chunked(CHUNK), n_pos, n) for n in (1, MANY)]
    return choice(
        "11-chunks-with-layers",
        _(
            "A text is read in chunks of {n} that do not overlap, by a model of {layers} layers. "
            "Of how many tokens can the last one know?",
            n=CHUNK,
            layers=MANY,
        ),
        options={
            "a": _("{n}, as with one layer.", n=fields[0]),
            "b": _("{n}: each layer adds a chunk.", n=CHUNK * MANY),
            "c": _("All of the text."),
        },
        answer="a" if fields[0] == fields[1] else "b",
        reasons={
            "a": _("The mask lets no layer look across the border."),
            "b": _("Each layer adds what its keys knew, and all keys lie in the same chunk."),
            "c": _("Look for a position before the border that any later one sees."),
        },
        hint=_("Draw the mask. Is there any cell that leads from one chunk into another?"),
        solution=_(
            "A path of several steps needs a step across the border, and there is none. A band has "
            "no border, so its layers do reach further."
        ),
    )


def pairs_of_double_length() -> Number:
    """Ask by what factor the pairs grow when a text becomes twice as long."""
    few, many = (costs.n_pairs(Causal(), n) for n in (1000, 2000))
    return number(
        "11-pairs-of-double-length",
        _("A text becomes twice as long, 2,000 tokens. By what factor do the causal pairs grow?"),
        answer=many / few,
        tolerance=0.01,
        hint=_("n tokens have n (n + 1) / 2 pairs."),
        solution=_(
            "{many:,} / {few:,} = {factor:.3f}: four times, but for the diagonal. The rest of a "
            "block grows by two.",
            many=many,
            few=few,
            factor=many / few,
        ),
    )


def size_of_the_cache() -> Number:
    """Ask how much memory keys and values of a full window need."""
    small = PUBLISHED["GPT-2 small"]
    size = costs.cache_bytes(small, small.n_ctx, bytes_per_number=2) / 1e6
    return number(
        "11-size-of-the-cache",
        _(
            "GPT-2 small has 12 layers and is 768 wide. How many megabytes (of a million bytes) "
            "do keys and values of 1,024 tokens take, with two bytes for a number?"
        ),
        answer=size,
        tolerance=0.5,
        unit=_("MB"),
        hint=_("Two vectors for each token in each layer."),
        solution=_(
            "2 · 12 · 1,024 · 768 · 2 bytes = {size:.1f} MB for one text. It grows with the "
            "length, and no pattern of attention makes it smaller unless keys are thrown away.",
            size=size,
        ),
    )


def pairs_of_a_band() -> Code:
    """Ask for the number of pairs in a band."""
    sizes = [(1, 1), (6, 3), (3, 8), (512, 64)]
    return code(
        "11-pairs-of-a-band",
        _(
            "Write `pairs_of_a_band(n, width)`: how many pairs of a query and a key a causal band "
            "allows in a text of `n` tokens."
        ),
        cases=[
            Case(
                _("{n} tokens, width {width}", n=n, width=width),
                (n, width),
                costs.n_pairs(SlidingWindow(width), n),
            )
            for n, width in sizes
        ],
        stub="def pairs_of_a_band(n, width):\n    ...\n",
        solution=(
            "def pairs_of_a_band(n, width):\n"
            "    return sum(min(query + 1, width) for query in range(n))\n"
        ),
        hint=_("The first query sees one key, the second two, until the width is reached."),
    )


def receptive_field() -> Code:
    """Ask for the reach of layers with a band."""
    sizes = [(1, 3), (4, 1), (4, 2), (8, 4)]
    return code(
        "11-receptive-field",
        _(
            "Write `receptive_field(width, n_layers)`: of how many positions, itself included, a "
            "position can know after `n_layers` layers with a band of `width`, in a long text."
        ),
        cases=[
            Case(
                _("width {width}, layers: {n}", width=width, n=n),
                (width, n),
                receptive.receptive_field(SlidingWindow(width), 64, n),
            )
            for width, n in sizes
        ],
        stub="def receptive_field(width, n_layers):\n    ...\n",
        solution=("def receptive_field(width, n_layers):\n    return n_layers * (width - 1) + 1\n"),
        hint=_("One layer goes `width` − 1 back. Where does the next one start?"),
    )


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    equal_length,
    chunks_with_layers,
    pairs_of_double_length,
    size_of_the_cache,
    pairs_of_a_band,
    receptive_field,
)
