"""A notebook with one output of each kind that a page can show."""

import base64
import gzip
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

HOSTILE = "</script><img src=x onerror='window.hacked=1'>"
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNg"
    "YPj/HwADAgH/p9FuxwAAAABJRU5ErkJggg=="
)
SURFACE: dict[str, Any] = {
    "data": [{"type": "surface", "z": [[0, 1], [1, 2]], "showscale": False}],
    "layout": {"title": {"text": "Loss"}, "width": 2000},
}
MOUNT = "application/vnd.gptlab.widget+json"
PLOTLY = "application/vnd.plotly.v1+json"

PROSE = r"""# 7 · Every kind of output

**What can a page show?**

A head divides its scores by $\sqrt{d_k}$, then:

$$\operatorname{softmax}\left(\frac{Q K^{\top}}{\sqrt{d_k}}\right) V$$

## Numbers & names

| name | value |
|---|---|
| `d_k` | 64 |

### Code in the text

```python
model(ids)  # logits
```
"""


def mount(text: str, weights: list[str] | None) -> dict[str, Any]:
    return {"name": "Nobody", "state": {"text": text, "words": {}}, "weights": weights}


def shown(data: dict[str, Any], alt: str = "") -> nbformat.NotebookNode:
    metadata = {"image/png": {"alt": alt, "width": 90, "height": 40}} if alt else {}
    return new_output("display_data", data, metadata=metadata)


def sample(weights: list[str] | None = None) -> nbformat.NotebookNode:
    wide = "".join(f'<th scope="col">column {number}</th>' for number in range(60))
    outputs = [
        shown({MOUNT: mount(HOSTILE, weights or []), "image/png": DOT}, alt='a "quoted" widget'),
        shown({PLOTLY: SURFACE, "image/png": DOT}, alt="a surface"),
        shown({"text/html": f"<table><caption>Wide</caption><tr>{wide}</tr></table>"}),
        shown({"image/png": DOT, "text/plain": "<Figure>"}, alt="a picture"),
        shown({"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg"/>'}),
        shown({"text/markdown": "so $x^2$ **grows**"}),
        shown({"text/latex": r"$$\frac{1}{2}$$"}),
        shown({"text/plain": "'<plain>'"}),
        new_output("stream", name="stdout", text=f"\x1b[31mred\x1b[0m {HOSTILE}\n"),
        new_output("error", ename="E", evalue="v", traceback=["\x1b[31mE\x1b[0m: <v>"]),
    ]
    cells = [new_markdown_cell(PROSE), new_code_cell("print('<hello>')", outputs=outputs)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell{number}"
    language = {"language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=language)


def written(folder: Path, notebook: nbformat.NotebookNode | None = None) -> Path:
    path = folder / "07_sample.ipynb"
    nbformat.write(notebook or sample(), path)
    return path


def unpacked(text: str) -> bytes:
    """Undo `gptlab.widgets.assets.packed`."""
    return gzip.decompress(base64.b85decode(text.replace(".", "<")))
