"""What an exercise answers, as HTML and as plain text, with everything escaped."""

import html
from dataclasses import dataclass, replace
from typing import Any

from gptlab.catalogue import text as _


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """The answer of an exercise to what a learner did.

    Args:
        right: Whether the answer was right; None if nothing was judged.
        title: One or two words, such as "Not yet".
        lines: Sentences below it; words between backticks are code.
        code: A piece of source, shown as it is.
    """

    right: bool | None
    title: str
    lines: tuple[str, ...] = ()
    code: str = ""

    def __bool__(self) -> bool:
        """Whether the answer was right, so that `assert exercise.check(4)` reads well."""
        return self.right is True

    def with_lines(self, *lines: str) -> "Feedback":
        """Add sentences; empty ones are left out."""
        return replace(self, lines=(*self.lines, *filter(None, lines)))

    def __str__(self) -> str:
        code = [self.code] if self.code else []
        return "\n".join([f"{self._mark()} {self.title}", *self.lines, *code])

    def _mark(self) -> str:
        return {True: "✓", False: "✗", None: "→"}[self.right]

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        head = f"<p><strong>{self._mark()} {html.escape(self.title)}</strong></p>"
        body = "".join(f"<p>{inline(line)}</p>" for line in self.lines)
        code = f"<pre><code>{html.escape(self.code)}</code></pre>" if self.code else ""
        markup = f'<div class="gptlab gptlab-feedback" role="status">{head}{body}{code}</div>'
        return {"text/html": markup, "text/plain": str(self)}


def right(*lines: str) -> Feedback:
    """Say that the answer is right."""
    return Feedback(right=True, title=_("Right"), lines=lines)


def wrong(*lines: str) -> Feedback:
    """Say that the answer is wrong."""
    return Feedback(right=False, title=_("Not yet"), lines=lines)


def unjudged(*lines: str) -> Feedback:
    """Say that there was no answer to judge."""
    return Feedback(right=None, title=_("Your turn"), lines=lines)


def inline(text: str) -> str:
    """Escape a text, and set what stands between backticks as code.

    Example:
        >>> inline("`a<b` & c")
        '<code>a&lt;b</code> &amp; c'
    """
    if text.count("`") % 2:
        return html.escape(text)
    parts = enumerate(map(html.escape, text.split("`")))
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in parts)


def shown(value: object, most: int = 300) -> str:
    """Write a learner's value, whatever it is, in a line of bearable length."""
    try:
        words = repr(value)
    except Exception as error:
        words = f"<{type(value).__name__}: {type(error).__name__} in __repr__>"
    words = words.replace("`", "ˋ")  # a backtick of theirs is no code of ours
    return words if len(words) <= most else words[:most] + " …"
