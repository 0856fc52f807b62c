"""One ES module from several: anywidget takes a single string, and a page cannot import files."""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) (\w+))", re.MULTILINE)
_NAMED = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import\b.*|export (?!default \{).*)", re.MULTILINE)


def assembled(entry: Path) -> str:
    """Join a module and all that it imports, each once, what is needed before what needs it.

    All modules then share one scope, so no two may give a name at their top level twice.

    Raises:
        ValueError: An import is a cycle, asks for a name that is not exported, or is not of the
            form `import { a, b } from "./file.js";`; or two modules share a name.
    """
    sources = _in_order(entry.resolve(), (), {})
    owner: dict[str, str] = {}
    for path, source in sources.items():
        for name in _NAMED.findall(source):
            if name in owner:
                raise ValueError(f"{owner[name]} and {path.name} both name {name}. Rename one.")
            owner[name] = path.name
    parts = [_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources.values()]
    for path, part in zip(sources, parts, strict=True):
        if found := _OTHER.search(part):
            raise ValueError(
                f'{path.name}: expected imports such as `import {{ a, b }} from "./file.js";` and '
                f"exports of functions, classes and constants, got `{found[0]}`. Write it so."
            )
    return "\n".join(parts)


def _in_order(path: Path, trail: tuple[Path, ...], done: dict[Path, str]) -> dict[Path, str]:
    if path in trail:
        cycle = " → ".join(step.name for step in (*trail[trail.index(path) :], path))
        raise ValueError(f"These modules import each other: {cycle}. Move what they share out.")
    if path not in done:
        source = path.read_text(encoding="utf-8")
        for names, target in _IMPORT.findall(source):
            needed = (path.parent / target).resolve()
            _in_order(needed, (*trail, path), done)
            wanted = {name.strip() for name in names.split(",") if name.strip()}
            if missing := wanted - set(_EXPORT.findall(done[needed])):
                raise ValueError(
                    f"{path.name} imports {', '.join(sorted(missing))}, which {needed.name} does "
                    "not export. (Renaming with `as` is not supported.)"
                )
        done[path] = source
    return done
