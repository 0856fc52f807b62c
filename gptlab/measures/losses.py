"""One loss under the four names that it goes by."""

from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from gptlab.objectives import NOT_ASKED


def four_names(
    logits: Float[Tensor, "*batch pos d_vocab"], targets: Int[Tensor, "*batch pos"]
) -> dict[str, float]:
    """Compute the mean loss of the positions that are asked, four times, each by its own formula.

    cross-entropy = −Σ_v q(v) ln p(v), which for a target that is certain (one-hot, q = 1 at one
    place) is −ln p(target): the negative log-likelihood, whose mean a likelihood's maximum makes
    smallest.

    Args:
        logits: What a model says.
        targets: What is right, or `NOT_ASKED`.

    Returns:
        Name to loss, in nats per answer, computed in float64.

    Source: Goodfellow, Bengio & Courville 2016, sections 5.5 and 6.2.2.

    Example:
        >>> import torch
        >>> losses = four_names(torch.zeros(1, 4), torch.tensor([2]))
        >>> {round(loss, 6) for loss in losses.values()}  # ln 4
        {1.386294}
    """
    here = targets != NOT_ASKED
    said, right = logits[here].double(), targets[here]
    one_hot = F.one_hot(right, said.shape[-1]).double()
    likelihoods = said.softmax(-1).gather(1, right[:, None])[:, 0]
    losses = {
        "cross-entropy": F.cross_entropy(said, right),
        "negative log-likelihood": F.nll_loss(said.log_softmax(-1), right),
        "one-hot cross-entropy": -(one_hot * said.log_softmax(-1)).sum(-1).mean(),
        "−ln of the likelihood, per answer": -likelihoods.log().sum() / len(right),
    }
    return {name: loss.item() for name, loss in losses.items()}
