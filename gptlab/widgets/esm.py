"""One script from several ES modules, one stylesheet from several files.

anywidget takes a single string of each, and a page has no server to ask for more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import\b.*|export (?!default \{).*)", re.MULTILINE)
_DEFAULT = re.compile(r"^export default \{.*\};\n?", re.MULTILINE)


def assembled(entry: Path) -> str:
    """Join a module and all that it imports into one ES module.

    Raises:
        ValueError: An import is a cycle, asks for a name that is not exported, or is not of the
            form `import { a, b } from "./file.js";`.
    """
    *needed, last = _modules(entry)
    return "\n".join([*(_in_scope(*module) for module in needed), last[1]])


def script(entry: Path, constants: Mapping[str, str] | None = None) -> str:
    """Join a module and all that it imports into one classic script, which `file://` allows.

    Args:
        entry: The module that starts everything.
        constants: Texts that the modules find under these names.

    Raises:
        ValueError: As for `assembled`.
    """
    # JSON is JavaScript, and <\\/ keeps a page's own </script> from being ended early.
    given = [
        f"const {name} = {json.dumps(text)};".replace("</", "<\\/")
        for name, text in (constants or {}).items()
    ]
    modules = [_in_scope(*module) for module in _modules(entry)]
    return "\n".join(["(() => {", '"use strict";', *given, *modules, "})();", ""])


def stylesheet(folder: Path, *names: str) -> str:
    """Join the stylesheets `NAME.css` of a folder."""
    return "\n".join((folder / f"{name}.css").read_text(encoding="utf-8") for name in names)


def _modules(entry: Path) -> list[tuple[str, str, list[str]]]:
    """List name, code and exports of every module, what is needed before what needs it."""
    sources = _in_order(entry.resolve(), (), {})
    names = {path: f"module{number}" for number, path in enumerate(sources)}
    return [
        (names[path], _code(path, source, names), _EXPORT.findall(source))
        for path, source in sources.items()
    ]


def _in_scope(name: str, code: str, exports: list[str]) -> str:
    # A function around each module keeps its other names to itself, as a module would. Nobody
    # can import a default export here, so an imported widget's is left out.
    code = _DEFAULT.sub("", code)
    return f"const {name} = (() => {{\n{code}\nreturn {{ {', '.join(exports)} }};\n}})();"


def _code(path: Path, source: str, names: dict[Path, str]) -> str:
    def local(found: re.Match[str]) -> str:
        return f"const {{{found[1]}}} = {names[(path.parent / found[2]).resolve()]};\n"

    code = _EXPORT.sub("", _IMPORT.sub(local, source))
    if found := _OTHER.search(code):
        raise ValueError(
            f'{path.name}: expected imports such as `import {{ a, b }} from "./file.js";` and '
            f"exports of functions, classes and constants, got `{found[0]}`. Write it so."
        )
    return code


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
