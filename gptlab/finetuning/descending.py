"""Gradient descent on losses that `Training` has no targets for: preferences and rewards."""

from torch import Tensor, nn

from gptlab.gpt import GPT
from gptlab.training import Recipe, optimizers_for


class Descent:
    """Takes optimizer steps down losses that somebody else computes.

    The optimizers and the clipping are those of `Training`; the rates are constant.

    Args:
        model: The model whose weights change.
        recipe: Learning rates and clipping.
    """

    def __init__(self, model: GPT, recipe: Recipe) -> None:
        self.model, self.recipe = model, recipe
        self.optimizers = optimizers_for(model, recipe)

    def step(self, loss: Tensor) -> None:
        """Move the weights a step down the gradient of a loss."""
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        for optimizer in self.optimizers:
            optimizer.step()
