"""What the model sees of a text while it writes: the newest tokens, and a cache of them."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.attention import KeysValues
from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT


class Window:
    """The newest tokens of one or more texts of equal length, at most n_ctx of them.

    When a token more than n_ctx would be seen, the window keeps the newest n_ctx // 2 and forgets
    the rest. It cannot forget one token at a time: cached keys and values were computed at their
    positions, and from tokens that would be gone, so every move costs a new reading of the whole
    window. Half a window makes that rare, once in n_ctx / 2 tokens. The window moves the same way
    without a cache, so that both give the same text.

    Args:
        model: The model that reads.
        tokens: The texts so far; more than n_ctx tokens are refused by the model.
        cached: Keep keys and values, and read only the new token. Without, each token reads the
            whole window again, which is slower and lets probes see all of it.

    Raises:
        ValueError: If keys are to be cached although the mask lets positions see later ones.
    """

    def __init__(self, model: GPT, tokens: Int[Tensor, "text pos"], *, cached: bool = True) -> None:
        self._model, self._cached = model, cached
        self._tokens = tokens.to(model.device)
        self._cache = self._new_cache()

    @property
    def n_pos(self) -> int:
        """Tokens that the model sees."""
        return self._tokens.shape[1]

    def next_logits(self) -> Float[Tensor, "text d_vocab"]:
        """Return the logits of each text's next token.

        They are float64 on the CPU, so that one seed gives the same text on every device, up to
        the rounding of the model itself.
        """
        unread = self._tokens[:, self._cache[0].n_pos :] if self._cache else self._tokens
        # Around the call alone: nobody else's code, which runs between two steps, must inherit it.
        with eval_mode(self._model), torch.inference_mode():
            logits: Tensor = self._model(unread, self._cache)
        return logits[:, -1].cpu().double()

    def extend(self, rows: list[int], tokens: list[int]) -> None:
        """Make text i what text `rows[i]` was, followed by `tokens[i]`."""
        device = self._tokens.device
        taken = torch.tensor(rows, device=device)
        new = torch.tensor(tokens, device=device)[:, None]
        longer = torch.cat((self._tokens[taken], new), dim=1)
        n_ctx = self._model.cfg.n_ctx
        if longer.shape[1] > n_ctx:
            self._tokens = longer[:, -max(1, n_ctx // 2) :]
            self._cache = self._new_cache()
            return
        if self._cache and rows != list(range(len(self._tokens))):
            self._cache = [_of_rows(layer, taken) for layer in self._cache]
        self._tokens = longer

    def _new_cache(self) -> list[KeysValues] | None:
        return self._model.new_cache() if self._cached else None


def _of_rows(layer: KeysValues, rows: Int[Tensor, " text"]) -> KeysValues:
    if layer.k is None or layer.v is None:
        return layer
    return KeysValues(layer.k[rows], layer.v[rows])
