"""What has to wait for what: the longest row of products, each of which needs the one before."""

import torch
from jaxtyping import Int
from torch import Tensor, nn

from gptlab.evaluation import eval_mode
from gptlab.probes import capture

PRODUCTS = (
    "Mm",
    "Addmm",
    "Bmm",
    "Baddbmm",
    "Mv",
    "Convolution",
)  # of matrices, in autograd's words


def products_in_a_row(model: nn.Module, tokens: Int[Tensor, "batch pos"]) -> int:
    """Count the matrix products of one forward pass that cannot be done at the same time.

    The model runs step by step, and the graph that autograd keeps for the last position is
    searched for its longest path. However many processors there are, those products come one after
    the other. What a model joins into one tensor waits for the last part of it, so recurrent layers
    count one after the other, as they are run here.

    Args:
        model: A language model with probes.
        tokens: What it reads.

    Example:
        >>> from gptlab.rnn import RNNConfig, RecurrentLM
        >>> model = RecurrentLM(RNNConfig(d_vocab=5, n_ctx=4, d_model=2))
        >>> tokens = torch.zeros(1, 10, dtype=torch.long)
        >>> products_in_a_row(model, tokens)  # one to read, one per later token, one for the logits
        11
    """
    with eval_mode(model), torch.enable_grad(), capture(model):
        logits = model(tokens)
    longest: dict[object, int] = {None: 0}
    waiting: list[object] = [logits[:, -1].sum().grad_fn]
    while waiting:
        node = waiting[-1]
        before = [after for after, _index in node.next_functions]  # type: ignore[attr-defined]
        unknown = [other for other in before if other not in longest]
        if unknown:
            waiting.extend(unknown)
            continue
        waiting.pop()
        is_product = node.name().removesuffix("Backward0") in PRODUCTS  # type: ignore[attr-defined]
        longest[node] = int(is_product) + max((longest[other] for other in before), default=0)
    return max(longest.values())
