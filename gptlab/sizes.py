"""How many parameters a GPT has, from its sizes alone, and the sizes that were published."""

from gptlab.config import GPTConfig


def n_parameters(cfg: GPTConfig, *, tied: bool = True) -> int:
    """Count the parameters of a GPT with learned positions.

    V d + n_ctx d + n_layers (4 d² + 4 d + 2 d d_mlp + d_mlp + d + 4 d) + 2 d, with d = d_model and
    V = d_vocab; V d more if the unembedding is a matrix of its own.

    Args:
        cfg: Sizes.
        tied: Whether the unembedding is the embedding.

    Example:
        The number of heads is not in the formula, since they share d_model between them:

        >>> sizes = dict(d_vocab=50257, n_ctx=1024, d_model=768, n_layers=12)
        >>> [n_parameters(GPTConfig(**sizes, n_heads=n)) for n in (1, 12, 24)]
        [124439808, 124439808, 124439808]
    """
    return sum(parameters_by_part(cfg, tied=tied).values())


def parameters_by_part(cfg: GPTConfig, *, tied: bool = True) -> dict[str, int]:
    """Count the parameters of each kind of part, over all blocks, as a forward pass meets them.

    Args:
        cfg: Sizes.
        tied: Whether the unembedding is the embedding; else it counts too.

    Returns:
        W_E, W_pos, attention, MLP, LayerNorm and, if it is not tied, W_U.
    """
    d, mlp, layers = cfg.d_model, cfg.d_mlp, cfg.n_layers
    counts = {
        "W_E": cfg.d_vocab * d,
        "W_pos": cfg.n_ctx * d,
        "attention": layers * (4 * d * d + 4 * d),
        "MLP": layers * (2 * d * mlp + mlp + d),
        "LayerNorm": layers * 4 * d + 2 * d,
    }
    return counts if tied else counts | {"W_U": cfg.d_vocab * d}


def _published(
    d_model: int, n_layers: int, n_heads: int, n_ctx: int = 1024, d_vocab: int = 50257
) -> GPTConfig:
    return GPTConfig(
        d_vocab=d_vocab, n_ctx=n_ctx, d_model=d_model, n_layers=n_layers, n_heads=n_heads
    )


PUBLISHED = {
    "GPT-2 small": _published(768, 12, 12),
    "GPT-2 medium": _published(1024, 24, 16),
    "GPT-2 large": _published(1280, 36, 20),
    "GPT-2 XL": _published(1600, 48, 25),
    "GPT-3": _published(12288, 96, 96, n_ctx=2048),
}
"""Name to sizes.

Source: the hyper-parameters released with GPT-2 (Radford et al. 2019, table 2, for width and
depth); Brown et al. 2020 (GPT-3), table 2.1.
"""
