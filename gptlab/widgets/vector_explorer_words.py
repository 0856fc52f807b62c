"""Words of `VectorExplorer`, in the language in use."""

from __future__ import annotations

from gptlab.catalogue import text as _
from gptlab.widgets.words import PLACES, shared_words


def method_words() -> dict[str, str]:
    """Name the methods of a map."""
    return {"pca": _("PCA"), "tsne": _("t-SNE"), "umap": _("UMAP")}


def vector_words() -> dict[str, str]:
    """Return the words of `js/vectors.js` and its parts."""
    return shared_words() | method_words() | {
        "missing_here": _(
            "Not among the words here: {list}. GloVe's words are lower-case English. A page "
            "carries the 10,000 commonest; JupyterLab has 400,000.",
            **PLACES,
        ),
        "own_words": _("Your words"),
        "choose_word": _("Choose a word to see what is near it."),
        "near": _("Nearest to {name}", **PLACES),
        "rank": _("rank"),
        "word": _("word"),
        "cosine": _("cosine"),
        "map": _("Map"),
        "map_by": _("drawn by"),
        "map_help": _(
            "Your words are filled circles, near words are open. Arrow keys go from word to word, "
            "Enter chooses one."
        ),
        "map_note": _(
            "A map keeps some distances only. What the vectors say is in the cosines."
        ),
        "point": _("{name}: {first} | {second}", **PLACES),
        "points": _("The map as a table"),
        "first_axis": _("across"),
        "second_axis": _("up"),
        "matrix": _("Cosine of every pair of your words"),
        "no_words": _("No word that is in the table yet."),
        "sum": _("Add and subtract"),
        "start": _("start"),
        "minus": _("minus"),
        "plus": _("plus"),
        "with_inputs": _("let these three be the answer too"),
        "sum_is": _("{first} − {second} + {right} is nearest to", **PLACES),
        "sum_missing": _("Not among the words here: {list}.", **PLACES),
        "sum_picture": _(
            "The arrow from {second} to {right}, drawn again from {first}, ends near {name}.",
            **PLACES,
        ),
        "proof_rounded": _(
            "Computed with GloVe's {n} commonest words, each number rounded to one of 255 steps.",
            **PLACES,
        ),
    }  # fmt: skip
