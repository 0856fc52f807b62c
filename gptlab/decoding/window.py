"""What the model sees of a text while it writes: the newest tokens, and a cache of them."""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gptlab.attention import KeysValues
from gptlab.devices import threads
from gptlab.evaluation import eval_mode
from gptlab.gpt import GPT

ONE_THREAD_BELOW = 512
"""Models narrower than this read a single token on one thread: several would wait for each other
longer than they compute (d_model 192, two cores: 1.5 ms a token instead of 2.4)."""


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
        n_threads = torch.get_num_threads()
        if unread.numel() == 1 and self._model.cfg.d_model < ONE_THREAD_BELOW:
            n_threads = 1
        with eval_mode(self._model), torch.inference_mode(), threads(n_threads):
            logits: Tensor = self._model(unread, self._cache)
        return logits[:, -1].cpu().double()

    def extend(self, rows: list[int], tokens: list[int]) -> None:
        """Make text i what text `rows[i]` was, followed by `tokens[i]`."""
        new = torch.tensor(tokens, device=self._tokens.device)[:, None]
        if rows != list(range(len(self._tokens))):
            self._take(torch.tensor(rows, device=self._tokens.device))
        longer = torch.cat((self._tokens, new), dim=1)
        n_ctx = self._model.cfg.n_ctx
        if longer.shape[1] > n_ctx:
            self._tokens = longer[:, -max(1, n_ctx // 2) :]
            self._cache = self._new_cache()
            return
        self._tokens = longer

    def _take(self, rows: Int[Tensor, " text"]) -> None:
        self._tokens = self._tokens[rows]
        if self._cache:
            self._cache = [_of_rows(layer, rows) for layer in self._cache]

    def _new_cache(self) -> list[KeysValues] | None:
        return self._model.new_cache() if self._cached else None


def _of_rows(layer: KeysValues, rows: Int[Tensor, " text"]) -> KeysValues:
    if layer.k is None or layer.v is None:
        return layer
    return replace(layer, k=layer.k[rows], v=layer.v[rows])
