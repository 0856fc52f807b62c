"""The sizes of a GPT."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class GPTConfig:
    """Sizes of a GPT: `d_…` is the width of a vector, `n_…` is a number of things.

    Args:
        d_vocab: Width of the logits, one per token of the vocabulary.
        n_ctx: Positions the model can see.
        d_model: Width of the residual stream.
        n_layers: Blocks, one after the other.
        n_heads: Attention heads in each block.
        d_mlp: Width of the MLP's hidden layer; GPT-2's choice is 4 · d_model, taken when 0.
        dropout: Share of activations zeroed while training.

    Raises:
        ValueError: If a size is not positive, or the heads do not divide d_model evenly.
    """

    d_vocab: int
    n_ctx: int
    d_model: int
    n_layers: int
    n_heads: int
    d_mlp: int = 0
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if not self.d_mlp:
            object.__setattr__(self, "d_mlp", 4 * self.d_model)
        for name in ("d_vocab", "n_ctx", "d_model", "n_layers", "n_heads", "d_mlp"):
            size = getattr(self, name)
            if not isinstance(size, int) or size < 1:
                raise ValueError(
                    f"{name} counts something, so it must be a whole number of at least 1; "
                    f"got {size!r}."
                )
        if self.d_model % self.n_heads:
            raise ValueError(
                f"d_model={self.d_model} does not divide into n_heads={self.n_heads} equal heads. "
                f"Choose d_model={self.n_heads * max(1, self.d_model // self.n_heads)}, "
                "or another number of heads."
            )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is a share from 0 up to but not 1; got {self.dropout!r}.")

    @property
    def d_head(self) -> int:
        """Width of one head's queries, keys and values: d_model / n_heads."""
        return self.d_model // self.n_heads
