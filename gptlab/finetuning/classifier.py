"""A GPT that names a class: the same body, read at a text's last token by a head of its own."""

from collections.abc import Sequence
from copy import deepcopy

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from gptlab.attention import KeysValues
from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.tokenizers import Tokenizer

HEAD = ("W_head", "b_head")
"""The names of the head's parameters."""


class Classifier(GPT):
    """A GPT whose unembedding is replaced by a head: logits = norm(h_n) W_head + b_head.

    The logits stand at every position; only those at the last token of a text are asked for, since
    only there has everything been read. `with_head` makes one.

    Source: Radford et al. 2018 (GPT), equation 3.
    """

    W_head: nn.Parameter
    b_head: nn.Parameter
    classes: tuple[str, ...]

    @property
    def W_U(self) -> Float[Tensor, "d_model n_classes"]:
        """What reads the stream: the head."""
        return self.W_head

    def forward(
        self, tokens: Int[Tensor, "batch pos"], cache: list[KeysValues] | None = None
    ) -> Float[Tensor, "batch pos n_classes"]:
        """Return the logits of the classes after every position."""
        return super().forward(tokens, cache) + self.b_head


def with_head(body: GPT, classes: Sequence[str]) -> Classifier:
    """Return a copy of a model with a head for some classes in place of its unembedding.

    The head starts at zero: every class is equally likely, and the loss is ln(number of classes).

    Args:
        body: A model of any size; it is not changed.
        classes: Their names, in the order of the logits.

    Raises:
        ValueError: If there are fewer than two classes, or two of one name.
    """
    names = tuple(classes)
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(
            f"a head tells two or more classes apart, each with a name of its own; got {names}."
        )
    model = deepcopy(body)
    model.__class__ = Classifier  # the same parts, read by another head
    assert isinstance(model, Classifier)
    zeros = body.W_E.new_zeros
    model.W_head = nn.Parameter(zeros(body.cfg.d_model, len(names)))
    model.b_head = nn.Parameter(zeros(len(names)))
    model.classes = names
    return model


def without_head(model: Classifier) -> GPT:
    """Return a copy of a classifier's body, which predicts tokens again through its embedding.

    Args:
        model: A classifier without LoRA's matrices; `merged` adds those in.
    """
    body: GPT = deepcopy(model)
    for name in (*HEAD, "classes"):
        delattr(body, name)
    body.__class__ = GPT
    return body


def read_ids(tokenizer: Tokenizer, text: str, n_ctx: int) -> list[int]:
    """Return the tokens that a classifier reads of a text: the newest n_ctx.

    Args:
        tokenizer: The model's own.
        text: Any text that is not empty.
        n_ctx: Positions that there are.

    Raises:
        ValueError: If there is no token.
    """
    ids = tokenizer.encode(text)[-n_ctx:]
    if not ids:
        raise ValueError("a text without any token has no last one to read at. Type something.")
    return ids


def class_probabilities(
    model: Classifier, tokenizer: Tokenizer, text: str
) -> Float[Tensor, " n_classes"]:
    """Return how likely each class is for a text, in the order of `model.classes`.

    Args:
        model: The classifier.
        tokenizer: Its own.
        text: Any text that is not empty.

    Raises:
        ValueError: If there is no token.
    """
    ids = torch.tensor([read_ids(tokenizer, text, model.cfg.n_ctx)], device=model.device)
    with eval_mode(model), torch.inference_mode():
        return model(ids)[0, -1].softmax(-1)
