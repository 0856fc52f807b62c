"""Write a function; named cases check it."""

import copy
import math
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gptlab.catalogue import plural
from gptlab.catalogue import text as _
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.feedback import Feedback, right, shown, unjudged, wrong


@dataclass(frozen=True)
class Case:
    """One call and what it has to return.

    Args:
        name: What is special about it, such as "a pair that overlaps itself".
        arguments: Of the call, in order.
        expected: Its result.
    """

    name: str
    arguments: tuple[Any, ...]
    expected: Any


@dataclass(frozen=True, kw_only=True)
class Code(Exercise):
    """Write a function.

    Args:
        cases: What it is checked with, the plainest first.
        stub: Its first lines, for the learner to complete; the name of the function is in it.
        solution: The source of a function that passes.

    Raises:
        ValueError: There is no case, or stub and solution do not define the same function.
    """

    cases: Sequence[Case] = field(repr=False)
    stub: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.cases:
            raise ValueError(f"exercise {self.name!r}: expected one case or more, came none.")
        for source in (self.stub, self.solution):
            self.function_in(source)

    @property
    def function_name(self) -> str:
        """What the learner's function is called."""
        _before, _def, rest = f"\n{self.stub}".partition("\ndef ")
        return rest.partition("(")[0]

    def how_to_answer(self) -> str:
        """Say what to hand to `check()`."""
        return _("Write the function, then call `.check({name})`.", name=self.function_name)

    def function_in(self, source: str) -> Callable[..., Any]:
        """Run the stub's or the solution's source and return the function that it defines."""
        scope: dict[str, Any] = {}
        exec(compile(source, f"<{self.name}>", "exec"), scope)
        if self.function_name not in scope:
            raise ValueError(
                f"exercise {self.name!r}: expected stub and solution to define one function, came "
                f"{self.function_name!r} and {', '.join(k for k in scope if k[0] != '_')}."
            )
        function: Callable[..., Any] = scope[self.function_name]
        return function

    def judge(self, answer: Any) -> Feedback:
        """Call a function with every case, up to the first one that fails."""
        if not callable(answer):
            name = self.function_name
            return unjudged(
                _(
                    "Expected your function, came `{came}`. Hand it over without calling it: "
                    "`.check({name})`.",
                    came=shown(answer),
                    name=name,
                )
            )
        for passed, case in enumerate(self.cases):
            said = self._try(answer, case)
            if said is not None:
                if passed and said.right is False:
                    return said.with_lines(
                        plural("{n} case passed before.", "{n} cases passed before.", passed)
                    )
                return said
        return right(plural("{n} case passes.", "All {n} cases pass.", len(self.cases)))

    def _try(self, function: Callable[..., Any], case: Case) -> Feedback | None:
        call = f"{self.function_name}({', '.join(map(shown, case.arguments))})"
        head = _("Case: {name}. `{call}`", name=case.name, call=call)
        try:
            came = function(*copy.deepcopy(case.arguments))  # a learner's function may change them
        except (Exception, SystemExit) as error:
            return wrong(head, _what_happened(error))
        if came is None and case.expected is not None:
            return unjudged(head, _("Your function returns nothing yet: `None`."))
        if not _same(came, case.expected):
            expected, got = shown(case.expected), shown(came)
            return wrong(head, _("Expected `{e}`, came `{c}`.", e=expected, c=got))
        return None

    def _praise(self) -> str:
        return ""

    def solved(self) -> Feedback:
        """Return the solution as feedback."""
        return Feedback(right=None, title=_("Solution"), code=self.solution.strip())


def _what_happened(error: BaseException) -> str:
    """Say in one line what a traceback would say in forty."""
    said = f"{type(error).__name__}: {error}".replace("`", "ˋ")
    frames = traceback.extract_tb(error.__traceback__)
    if len(frames) < 2:  # the call itself failed: wrong number of parameters
        return _("It raised `{error}`.", error=said)
    theirs = frames[1]  # below ours: the line of the learner's function, whatever that called
    line = f"{theirs.lineno}: {theirs.line}" if theirs.line else str(theirs.lineno)
    return _("It raised `{error}` in line `{line}`.", error=said, line=line.replace("`", "ˋ"))


def _same(came: Any, expected: Any) -> bool:
    """Compare values, taking a list for a tuple and 0.1 + 0.2 for 0.3."""
    if isinstance(expected, list | tuple):
        return (
            isinstance(came, list | tuple)
            and len(came) == len(expected)
            and all(map(_same, came, expected))
        )
    if isinstance(expected, float):
        return isinstance(came, int | float) and math.isclose(came, expected, abs_tol=1e-12)
    try:
        return bool(came == expected)
    except Exception:  # a learner's own type, or an array where a number belongs
        return False


def code(
    name: str, task: str, *, cases: Sequence[Case], stub: str, solution: str, hint: str
) -> Code:
    r"""Ask for a function.

    Example:
        >>> double = code(
        ...     "00-double",
        ...     "Double a number.",
        ...     cases=[Case("a small number", (2,), 4)],
        ...     stub="def double(x):\n    ...",
        ...     solution="def double(x):\n    return 2 * x",
        ...     hint="Add it to itself.",
        ... )
        >>> print(double.check(lambda x: x))
        ✗ Not yet
        Case: a small number. `double(2)`
        Expected `4`, came `2`.
        Hint: Add it to itself.
    """
    return Code(name=name, question=task, cases=cases, stub=stub, solution=solution, hint_text=hint)
