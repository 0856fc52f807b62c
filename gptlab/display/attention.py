"""bertviz's three views of a gptlab model, without the network.

bertviz's own scripts draw, with the numbers that the model's probes recorded.
"""

import base64
import html
from collections.abc import Callable
from typing import Any

import numpy as np

from gptlab import figures
from gptlab.catalogue import text as _
from gptlab.display.attended import Attended, Numbers, read
from gptlab.display.attention_page import view_html
from gptlab.display.output import send, still
from gptlab.display.pictures import folded, table_html
from gptlab.gpt import GPT
from gptlab.tokenizers import Tokenizer

MOST_NUMBERS = 50_000  # which a page draws within seconds, and a notebook carries in 0.4 MB


def bertviz(
    model: GPT,
    tokenizer: Tokenizer,
    text: str,
    view: str = "head",
    *,
    layer: int | None = None,
    head: int | None = None,
) -> None:
    """Show one of bertviz's three views of the model reading a text.

    Each output holds all it needs, so it also draws in a page without a kernel; where no script
    runs, such as on GitHub, it is a picture of the same patterns.

    Args:
        model: The model; it is left as it was.
        tokenizer: The model's own tokenizer.
        text: What the model reads.
        view: `head` joins tokens by lines, for all heads of a layer; `model` shows all heads of
            all layers; `neuron` shows how one head's queries and keys become its pattern. Its
            q · k leaves out what a position scheme adds to the scores, as ALiBi does.
        layer: Which layer the head or neuron view shows first; the first if None.
        head: Which head it shows first; if None all in the head view, the first in the neuron view.

    Raises:
        ValueError: If there is no such view, layer or head, if the text is empty, does not fit
            n_ctx, or makes more numbers than a page can draw.
        TypeError: If the model is compiled.

    Source: Vig 2019, A Multiscale Visualization of Attention in the Transformer Model.
    """
    _check(model, view, layer, head)
    attended = read(model, tokenizer, text)
    params = _PARAMS[view](attended, layer, head)
    _check_size(attended, params)
    picture = figures.heads_grid(attended.patterns, attended.tokens, causal=attended.causal)
    data, metadata = still(picture)
    png, description = base64.b64decode(data["image/png"]), data["text/plain"]
    words = folded(f"<p>{html.escape(description)}</p>{_table(attended)}")
    send(data | {"text/html": view_html(view, params, png, description, words)}, metadata)


def _check(model: GPT, view: str, layer: int | None, head: int | None) -> None:
    if view not in _PARAMS:
        raise ValueError(f"expected view to be one of {', '.join(_PARAMS)}, got {view!r}.")
    chosen = {"layer": (layer, model.cfg.n_layers), "head": (head, model.cfg.n_heads)}
    for name, (index, count) in chosen.items():
        if index is None:
            continue
        if view == "model":
            raise ValueError(f"the model view shows every {name} at once. Leave {name} out.")
        if not 0 <= index < count:
            raise ValueError(f"expected {name} to be from 0 to {count - 1}, got {index}.")


def _check_size(attended: Attended, params: dict[str, Any]) -> None:
    n_numbers = sum(part.size for part in _arrays(params))
    if n_numbers > MOST_NUMBERS:
        n_layers, n_heads = attended.patterns.shape[:2]
        raise ValueError(
            f"{len(attended.tokens)} tokens in {n_layers} layers × {n_heads} heads make "
            f"{n_numbers:,} numbers; a page draws {MOST_NUMBERS:,} within seconds. Pass a shorter "
            "text."
        )


def _arrays(value: Any) -> list[Numbers]:
    if isinstance(value, np.ndarray):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [array for part in inside for array in _arrays(part)]


def _table(attended: Attended) -> str:
    """What the last token looks at in each head, as a table."""
    rows = []
    for layer, head in np.ndindex(attended.patterns.shape[:2]):
        last = attended.patterns[layer, head, -1]
        key = int(last.argmax())
        rows.append((layer, head, attended.tokens[key], f"{last[key]:.0%}"))
    header = [_("layer"), _("head"), _("looks most at"), _("share of the row")]
    caption = _("What the last token, {query}, looks at", query=attended.tokens[-1])
    return table_html(rows, header, caption)


# What bertviz's Python hands to its scripts; a test compares the two.


def _head_params(attended: Attended, layer: int | None, head: int | None) -> dict[str, Any]:
    return {
        "attention": [{"name": None} | _joined(attended)],
        "default_filter": "0",
        "layer": layer,
        "heads": None if head is None else [head],
        "include_layers": list(range(len(attended.patterns))),
    }


def _model_params(attended: Attended, layer: None, head: None) -> dict[str, Any]:
    n_layers, n_heads = attended.patterns.shape[:2]
    return {
        "attention": [{"name": None} | _joined(attended)],
        "default_filter": "0",
        "display_mode": "light",
        "include_layers": list(range(n_layers)),
        "include_heads": list(range(n_heads)),
        "total_heads": n_heads,
    }


def _neuron_params(attended: Attended, layer: int | None, head: int | None) -> dict[str, Any]:
    vectors = {"queries": attended.queries, "keys": attended.keys}
    return {
        "attention": {"all": _joined(attended) | vectors},
        "default_filter": "all",
        "bidirectional": not attended.causal,
        "display_mode": "light",
        "layer": layer,
        "head": head,
    }


def _joined(attended: Attended) -> dict[str, Any]:
    texts = {"left_text": attended.tokens, "right_text": attended.tokens}
    return {"attn": attended.patterns, **texts}


_PARAMS: dict[str, Callable[..., dict[str, Any]]] = {
    "head": _head_params,
    "model": _model_params,
    "neuron": _neuron_params,
}
