"""Read and replace activations inside a running model.

A `Probe` is an identity layer with a name. One stands wherever the lessons look at a value;
`capture` and `patched` then work on any model, and its forward pass need not know about them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase

from torch import Tensor, nn


class Probe(nn.Module):
    """An identity layer that `capture` can read and `patched` can overwrite.

    Args:
        axes: Names of the activation's axes, in order, such as "batch head query key"; figures
            label themselves with them.
    """

    def __init__(self, axes: str) -> None:
        super().__init__()
        self.axes = axes

    @property
    def watched(self) -> bool:
        """Whether anybody reads or edits this activation at present."""
        return bool(self._forward_hooks)

    def __call__(self, x: Tensor) -> Tensor:
        """Return `x`, or what those make of it who watch."""
        # A module's call looks for hooks of eight kinds. Fifty probes a token are unwatched, and
        # that search would take a tenth of the time that a token needs.
        if self._forward_hooks or self._forward_pre_hooks or self._backward_hooks:
            watched: Tensor = super().__call__(x)
            return watched
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` as it came."""
        return x

    def extra_repr(self) -> str:
        """Show the axes when the model is printed."""
        return self.axes


def probes(model: nn.Module, pattern: str = "*") -> dict[str, Probe]:
    """Map names to probes, for every probe of `model` whose name matches a glob.

    Args:
        model: Any module that has probes inside.
        pattern: A glob over names such as `blocks.0.attn.pattern`; `*` also crosses dots.

    Raises:
        KeyError: If nothing matches.
        TypeError: If the model is compiled, because its probes would never fire.
    """
    _refuse_compiled(model)
    every = {name: m for name, m in model.named_modules() if isinstance(m, Probe)}
    found = {name: probe for name, probe in every.items() if fnmatchcase(name, pattern)}
    if not found:
        raise KeyError(f"no probe matches {pattern!r}; the model has {_some(every)}")
    return found


@contextmanager
def capture(model: nn.Module, pattern: str = "*") -> Iterator[dict[str, Tensor]]:
    """Record the activations that match `pattern` while the `with` block runs.

    Under `patched`, what is recorded is the replacement: the value that the model went on with.
    With a cache of keys and values, `attn.k` and `attn.v` are those of the new positions alone.

    Args:
        model: Any module that has probes inside.
        pattern: A glob over probe names.

    Yields:
        A dictionary that the model's next call fills: probe name to activation, without gradient.

    Raises:
        KeyError: If no probe matches.
        TypeError: If the model is compiled.
    """
    cache: dict[str, Tensor] = {}

    def recorder(name: str) -> Callable[..., None]:
        def record(_module: nn.Module, _args: object, output: Tensor) -> None:
            cache[name] = output.detach()

        return record

    handles = [p.register_forward_hook(recorder(n)) for n, p in probes(model, pattern).items()]
    try:
        yield cache
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def patched(model: nn.Module, edits: Mapping[str, Callable[[Tensor], Tensor]]) -> Iterator[None]:
    """Replace each named activation `x` by `edits[name](x)` while the `with` block runs.

    Args:
        model: Any module that has probes inside.
        edits: Glob over probe names to a function of the activation. The function returns a new
            tensor of the same shape and leaves its argument alone.

    Raises:
        KeyError: If a glob matches no probe.
        ValueError: If an edit changes the shape, when the model runs.
        TypeError: If the model is compiled.
    """

    def editor(name: str, edit: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
        def replace(_module: nn.Module, _args: object, output: Tensor) -> Tensor:
            changed = edit(output)
            if changed.shape != output.shape:
                raise ValueError(
                    f"the edit of {name} turned shape {tuple(output.shape)} into "
                    f"{tuple(changed.shape)}. Return a tensor of the same shape."
                )
            return changed

        return replace

    # All names are looked up before the first hook, so that an unknown one leaves none behind.
    found = [(probes(model, pattern), edit) for pattern, edit in edits.items()]
    # An edit goes before every recorder, whichever `with` was opened first; of two edits of one
    # probe the earlier one acts first.
    handles = [
        probe.register_forward_hook(editor(name, edit), prepend=True)
        for matches, edit in reversed(found)
        for name, probe in matches.items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _refuse_compiled(model: nn.Module) -> None:
    # torch.compile hides a module behind `_orig_mod`; Module.compile sets `_compiled_call_impl`.
    if any(
        hasattr(part, "_orig_mod") or getattr(part, "_compiled_call_impl", None) is not None
        for part in model.modules()
    ):
        raise TypeError(
            "a compiled model never calls its probes, so nothing would be recorded or replaced. "
            "Pass the model as it was before torch.compile."
        )


def _some(names: Mapping[str, Probe]) -> str:
    if not names:
        return "no probes at all"
    listed = ", ".join(list(names)[:8])
    return f"{listed}, …" if len(names) > 8 else listed
