"""Training: one loop, shared by notebooks, widgets, the command line and the tests."""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import AdamW, Optimizer

from gptlab import distributed
from gptlab.attention import is_matrix
from gptlab.data import Split, Splits
from gptlab.devices import autocast, bf16_pays
from gptlab.evaluation import Evaluation
from gptlab.gpt import GPT
from gptlab.muon import Muon
from gptlab.objectives import NextToken, Objective, to_json
from gptlab.schedule import Budget, learning_rate_scale


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train.

    Args:
        batch_size: Windows per step, over all processes.
        matrix_lr: Muon's learning rate for the matrices inside the blocks; 0 gives them to AdamW.
        lr: AdamW's learning rate for embeddings, norms and biases.
        warmup: First share of the budget, in which the rates rise.
        decay: Last share of the budget, in which they fall to 0.
        weight_decay: Share of each matrix, times its rate, taken away each step.
        accumulation: Parts that a batch is computed in, one after the other: more parts need less
            memory and give the same gradient.
        clip: Longest gradient, as the norm over all weights, that is not shortened.
        evaluations: How often, evenly spread over the budget, the validation loss is measured.
    """

    batch_size: int = 16
    matrix_lr: float = 0.02
    lr: float = 4e-3
    warmup: float = 0.02
    decay: float = 0.6
    weight_decay: float = 0.0
    accumulation: int = 1
    clip: float = 1.0
    evaluations: int = 4

    def __post_init__(self) -> None:
        limits: dict[str, tuple[float, float]] = dict.fromkeys(
            ("batch_size", "evaluations"), (1, math.inf)
        )
        limits["accumulation"] = (1, self.batch_size)
        limits |= dict.fromkeys(("matrix_lr", "lr", "weight_decay"), (0, math.inf))
        limits |= dict.fromkeys(("warmup", "decay"), (0, 1))
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(
                    f"{name} goes from {low} to {high}; got {getattr(self, name)!r}. "
                    f"Leave it out to use {type(self).__dataclass_fields__[name].default}."
                )
        if not self.clip > 0:
            raise ValueError(
                f"clip is a length, more than 0; got {self.clip!r}. math.inf switches clipping off."
            )


@dataclass(frozen=True)
class StepResult:
    """What one optimizer step did.

    Args:
        step: Steps taken since the run began, this one included.
        loss: Mean cross-entropy on this step's batch before the update, in nats per token.
        lr: AdamW's learning rate at this step.
        grad_norm: Length of the gradient before clipping.
        progress: Share of the budget spent, 0 to 1.
        seconds: Time spent in training steps so far.
        validation: Loss on the whole validation split, at the steps that measure it.
    """

    step: int
    loss: float
    lr: float
    grad_norm: float
    progress: float
    seconds: float
    validation: Evaluation | None = None


class DivergedError(ArithmeticError):
    """The loss is no longer a finite number; the weights are those before the failed step."""


def evaluated(objective: Objective, model: GPT, split: Split) -> Evaluation:
    """Measure a model by what it was asked."""
    return objective.evaluate(model, split)


class Training:
    """A training run: everything that changes while it goes on.

    Args:
        model: The model, on the device that shall train it.
        data: The corpus as tokens; `train` is learned from, `validation` is measured on.
        budget: `Steps(n)` or `Minutes(n)`.
        recipe: How to train.
        seed: Fixes which windows are drawn.
        objective: What is asked of the model; the model's mask must be the objective's.
        compile: Whether to compile the step, which pays on a GPU when the run is long.
        evaluate: Measures the validation loss; pass one that reports its progress, if you like.

    Raises:
        ValueError: If the training text is shorter than one window.
    """

    def __init__(
        self,
        model: GPT,
        data: Splits,
        *,
        budget: Budget,
        recipe: Recipe = Recipe(),
        seed: int = 0,
        objective: Objective = NextToken(),  # noqa: B008 (frozen)
        compile: bool = False,
        evaluate: Callable[[Objective, GPT, Split], Evaluation] = evaluated,
    ) -> None:
        # Drawn once for nothing, so that a text that is too short is refused before it is trained.
        objective.batch(data.train.ids, 1, model.cfg.n_ctx, torch.Generator())
        self.model, self.data, self.budget, self.recipe, self.seed = (
            model,
            data.to(model.device),
            budget,
            recipe,
            seed,
        )
        self.optimizers = optimizers_for(model, recipe)
        self.generator = torch.Generator().manual_seed(seed)
        self.objective = objective
        self._evaluate = evaluate
        self.step = 0
        self.seconds = 0.0
        self.phase_start = (0, 0.0)  # step and seconds at which the present budget began
        self._forward: Callable[[Tensor], Tensor] = distributed.wrapped(model)
        if compile:
            # The step's own callable: the model that is handed out keeps its probes.
            self._forward = torch.compile(self._forward)

    @property
    def progress(self) -> float:
        """Share of the present budget that is spent, 0 to 1."""
        step, seconds = self.phase_start
        return self.budget.progress(self.step - step, self.seconds - seconds)

    def start_phase(self, budget: Budget) -> None:
        """Train on under a new budget: warm-up and decay anew, the optimizers' memory kept."""
        self.budget = budget
        self.phase_start = (self.step, self.seconds)

    def validate(self) -> Evaluation:
        """Measure the loss on the whole validation split."""
        return self._evaluate(self.objective, self.model, self.data.validation)

    def take_step(self) -> StepResult:
        """Draw a batch, compute its gradient, and update the weights.

        Raises:
            DivergedError: If loss or gradient is not finite; the weights are left as they were.
        """
        began = time.perf_counter()
        recipe, model = self.recipe, self.model
        scale = learning_rate_scale(self.progress, warmup=recipe.warmup, decay=recipe.decay)
        inputs, targets = distributed.share_of(
            self.objective.batch(
                self.data.train.ids, recipe.batch_size, model.cfg.n_ctx, self.generator
            )
        )
        model.train()
        for optimizer in self.optimizers:
            optimizer.zero_grad()
        loss = torch.zeros((), device=model.device)
        with self._dropout_seed():
            parts = zip(*(t.chunk(recipe.accumulation) for t in (inputs, targets)), strict=True)
            for part_inputs, part_targets in parts:
                loss += self._add_gradient(part_inputs, part_targets, n_windows=len(inputs))
        grad_norm = nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        mean_loss = distributed.mean(loss).item()
        self._refuse_infinite(mean_loss, grad_norm)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                # Never exactly 0: the first step of a warm-up still moves.
                group["lr"] = group["initial_lr"] * max(scale, 0.01)
            optimizer.step()
        self.step += 1
        self.seconds = distributed.from_first(self.seconds + time.perf_counter() - began)
        lr = self.optimizers[-1].param_groups[0]["lr"]
        return StepResult(self.step, mean_loss, lr, grad_norm.item(), self.progress, self.seconds)

    def _add_gradient(self, inputs: Tensor, targets: Tensor, *, n_windows: int) -> Tensor:
        # Returns this part's share of the batch's mean loss.
        with autocast(self.model.device):
            logits = self._forward(inputs)
        loss = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())
        loss = loss * (len(inputs) / n_windows)
        loss.backward()
        return loss.detach()

    def state(self) -> dict[str, Tensor]:
        """Return what a continued run needs beside the weights: optimizers and generator."""
        tensors = {"generator": self.generator.get_state()}
        for i, optimizer in enumerate(self.optimizers):
            for j, state in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer.{i}.{j}.{key}": value for key, value in state.items()}
        return tensors

    def counters(self) -> dict[str, Any]:
        """Return where the run stands, as JSON values: steps, seconds, seed, budget, recipe."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "seed": self.seed,
            "phase_start": list(self.phase_start),
            "budget": {type(self.budget).__name__: self.budget.n},
            "recipe": asdict(self.recipe),
            "objective": to_json(self.objective),
        }

    def restore(self, tensors: Mapping[str, Tensor], counters: Mapping[str, Any]) -> None:
        """Go back to the point at which `state` and `counters` were taken.

        Raises:
            ValueError: If the tensors belong to other optimizers.
        """
        self.generator.set_state(tensors["generator"])
        for i, optimizer in enumerate(self.optimizers):
            stored: dict[int, dict[str, Tensor]] = defaultdict(dict)
            for name, tensor in tensors.items():
                if name.startswith(f"optimizer.{i}."):
                    j, key = name.split(".")[2:]
                    stored[int(j)][key] = tensor
            state = optimizer.state_dict()
            n_weights = sum(len(group["params"]) for group in state["param_groups"])
            if len(stored) not in (0, n_weights):
                raise ValueError(
                    f"the checkpoint has the memory of {len(stored)} weights for optimizer {i}, "
                    f"which trains {n_weights}. Continue with the recipe that the run began with."
                )
            optimizer.load_state_dict({**state, "state": dict(stored)})
        self.step, self.seconds = counters["step"], counters["seconds"]
        self.phase_start = tuple(counters["phase_start"])

    @contextmanager
    def _dropout_seed(self) -> Iterator[None]:
        # torch's dropout draws from the global generator alone. A seed per step (and process)
        # keeps a resumed run equal to an unbroken one; the reader's own randomness is untouched.
        if not self.model.cfg.dropout:
            yield
            return
        device = self.model.device
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            torch.manual_seed(hash((self.seed, self.step, distributed.rank())))
            yield

    def _refuse_infinite(self, loss: float, grad_norm: Tensor) -> None:
        if not math.isfinite(loss) or not math.isfinite(grad_norm.item()):
            raise DivergedError(
                f"step {self.step + 1} gave a loss of {loss} and a gradient of length "
                f"{grad_norm.item()}; both must be finite. The weights are those of step "
                f"{self.step}. Continue from the last checkpoint with a smaller learning rate."
            )


def train(run: Training) -> Iterator[StepResult]:
    """Take optimizer steps until the run's budget is spent, and yield what each one did.

    The caller owns the loop: it may draw, save or stop between two steps.

    Args:
        run: The run; called again on one that was interrupted, it goes on where that stopped.

    Yields:
        One result per step. The last one, and `recipe.evaluations` − 1 before it, carry the loss
        on the whole validation split.

    Raises:
        DivergedError: If the loss is no longer finite.
    """
    while run.progress < 1:
        before = run.progress
        result = run.take_step()
        n = run.recipe.evaluations
        # A hair more, because 15/22 · 22 is a hair less than 15.
        due = int(result.progress * n + 1e-9) > int(before * n + 1e-9)
        yield replace(result, validation=_finite(run.validate(), run)) if due else result


def _finite(validation: Evaluation, run: Training) -> Evaluation:
    # An update can break the weights although its own loss and gradient were finite.
    if not math.isfinite(validation.loss):
        raise DivergedError(
            f"after step {run.step} the validation loss is {validation.loss}; it must be finite. "
            "Continue from the last checkpoint with a smaller learning rate."
        )
    return validation


def optimizers_for(model: GPT, recipe: Recipe) -> list[Optimizer]:
    """Give the matrices inside the blocks to Muon and everything else to AdamW.

    Args:
        model: The model; weights that need no gradient are frozen, and no optimizer gets them.
        recipe: Its learning rates; with matrix_lr = 0 AdamW takes all weights.

    Returns:
        The optimizers, AdamW last.

    Source: Jordan et al. 2024 (Muon), "embeddings and the output head go to AdamW"; Loshchilov &
    Hutter 2019 (AdamW), algorithm 2.
    """
    device = model.device
    named = {name: w for name, w in model.named_parameters() if w.requires_grad}
    matrices = [
        (name, weight)
        for name, weight in named.items()
        if recipe.matrix_lr and name.startswith("blocks.") and is_matrix(name)
    ]
    others = {name: weight for name, weight in named.items() if name not in dict(matrices)}
    wide = {
        "params": [weight for name, weight in others.items() if is_matrix(name)],
        "weight_decay": recipe.weight_decay,
    }
    narrow = {
        "params": [weight for name, weight in others.items() if not is_matrix(name)],
        "weight_decay": 0.0,
    }
    adamw = AdamW([wide, narrow], lr=recipe.lr, betas=(0.9, 0.95), fused=device.type != "mps")
    optimizers: list[Optimizer] = [adamw]
    if matrices:
        dtype = torch.bfloat16 if bf16_pays(device) else torch.float32
        muon = Muon(matrices, lr=recipe.matrix_lr, weight_decay=recipe.weight_decay, dtype=dtype)
        optimizers.insert(0, muon)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["initial_lr"] = group["lr"]
    return optimizers
