"""Whether a weight says what matters: weights beside what happens without the token."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT
from gptlab.probes import capture


def last_row(model: GPT, tokens: Int[Tensor, " pos"]) -> Float[Tensor, "layer head pos"]:
    """Return the shares that the last position gives to each token, in every head."""
    return _patterns(model, tokens)[:, :, -1]


def rollout(model: GPT, tokens: Int[Tensor, " pos"]) -> Float[Tensor, " pos"]:
    """Follow the weights through all layers: what the last position gets from each token.

    Each layer passes on half of a position as it is (the residual connection) and half as the mean
    head mixes it: A = (1 + mean over heads) / 2, and the layers' A are multiplied.

    Returns:
        Shares that sum to 1.

    Source: Abnar & Zuidema 2020, section 3, attention rollout.
    """
    patterns = _patterns(model, tokens).mean(1)
    passed = torch.eye(len(tokens), device=patterns.device)
    for pattern in patterns:
        passed = (pattern @ passed + passed) / 2
    return passed[-1]


def without_each_token(model: GPT, tokens: Int[Tensor, " pos"]) -> Float[Tensor, " earlier"]:
    """Return how much the logit of the likeliest next token changes when a token is deleted.

    Args:
        model: The model.
        tokens: One text; its last token stays, so there is one number for each of the others.

    Returns:
        Sizes of changes, without sign.
    """
    n = len(tokens)
    kept = torch.arange(n, device=tokens.device).expand(n - 1, n)
    kept = kept[kept != torch.arange(n - 1, device=tokens.device)[:, None]].view(n - 1, n - 1)
    with eval_mode(model), torch.inference_mode():
        whole = model(tokens[None])[0, -1]
        best = whole.argmax()
        return (model(tokens[kept])[:, -1, best] - whole[best]).abs()


def agreement(model: GPT, texts: Int[Tensor, "text pos"]) -> dict[str, Float[Tensor, " text"]]:
    """Compare weights with effects: the rank correlation over the tokens of each text.

    Returns:
        Name of a weight to one correlation per text: the mean share over all heads, and over those
        of each layer; rollout; and two controls, the mean share in the text before this one, and
        nearness, which is how far to the right a token stands.
    """
    found: dict[str, list[float]] = {}
    rows = [last_row(model, text)[:, :, :-1] for text in texts]
    for i, (text, row) in enumerate(zip(texts, rows, strict=True)):
        effect = without_each_token(model, text)
        weights = {"mean over all heads": row.mean((0, 1))}
        weights |= {f"heads of layer {n}": layer.mean(0) for n, layer in enumerate(row)}
        weights["rollout"] = rollout(model, text)[:-1]
        weights["control: another text"] = rows[i - 1].mean((0, 1))
        weights["control: nearness"] = torch.arange(len(effect), device=effect.device).float()
        for name, weight in weights.items():
            found.setdefault(name, []).append(rank_correlation(weight, effect))
    return {name: torch.tensor(each) for name, each in found.items()}


def rank_correlation(a: Float[Tensor, " n"], b: Float[Tensor, " n"]) -> float:
    """Return Spearman's rank correlation: 1 if both rise together, 0 if neither tells the other.

    It is the correlation of the ranks; equal values get ranks in their order.

    Source: Spearman 1904.

    Example:
        >>> rank_correlation(torch.tensor([1.0, 5.0, 2.0]), torch.tensor([10.0, 99.0, 11.0]))
        1.0
    """
    ranks = torch.stack([x.argsort().argsort().double() for x in (a, b)])
    return round(torch.corrcoef(ranks)[0, 1].item(), 12)


def _patterns(model: GPT, tokens: Tensor) -> Float[Tensor, "layer head query key"]:
    with eval_mode(model), torch.inference_mode(), capture(model, "blocks.*.attn.pattern") as seen:
        model(tokens[None])
    return torch.cat([seen[f"blocks.{i}.attn.pattern"] for i in range(model.cfg.n_layers)])
