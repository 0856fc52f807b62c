"""Corpora from the reader's own files and from downloads."""

import codecs
import difflib
from pathlib import Path

from gptlab.corpora.corpus import Corpus, split_in_order
from gptlab.datafiles import MissingDataError
from gptlab.download import TINY_SHAKESPEARE, cache_folder, is_intact

_EXTENSIONS = (".txt", ".md")


def load(path: str | Path) -> Corpus:
    """Read a text file, or every text file in a folder, as a corpus.

    The first 90 % of the characters are for training, the last 10 % for validation. A folder's
    files are joined in order of their names, with a blank line between two of them.

    Args:
        path: A `.txt` or `.md` file in UTF-8, or a folder of such files.

    Raises:
        FileNotFoundError: Nothing there, or a folder without text files.
        ValueError: Another kind of file, not UTF-8, or no text in it.

    Source: the 90/10 split is nanoGPT's (data/shakespeare_char/prepare.py).
    """
    path = Path(path)
    if path.is_dir():
        text = "\n\n".join(read_text(file).strip("\n") for file in _text_files(path)) + "\n"
    elif path.is_file():
        text = read_text(_supported(path))
    else:
        raise FileNotFoundError(f"expected a text file or a folder at {path}{_nearby(path)}")
    return split_in_order(path.stem or path.resolve().name, text)


def tiny_shakespeare(folder: Path | None = None) -> Corpus:
    """Return the text of nanoGPT's character benchmark, once it has been downloaded.

    Args:
        folder: Where it was downloaded to; the default of `gptlab.download.fetch` if not given.

    Raises:
        MissingDataError: It has not been downloaded, or not whole.
    """
    path = (folder or cache_folder()) / TINY_SHAKESPEARE.filename
    if not is_intact(TINY_SHAKESPEARE, path):
        raise MissingDataError(
            f"expected {path} with {TINY_SHAKESPEARE.size:,} bytes, which is not there or not "
            f"whole. Run `gptlab data --get {TINY_SHAKESPEARE.name}` to download it."
        )
    return split_in_order(TINY_SHAKESPEARE.name, read_text(path))


def _text_files(folder: Path) -> list[Path]:
    files = [path for path in sorted(folder.iterdir()) if _is_text(path)]
    if not files:
        raise FileNotFoundError(
            f"expected files that end in .txt or .md in {folder}, found none. "
            "Name a folder that holds some; folders inside it are not searched."
        )
    return files


def _is_text(path: Path) -> bool:
    hidden = path.name.startswith(".")
    return path.is_file() and not hidden and path.suffix.lower() in _EXTENSIONS


def _supported(path: Path) -> Path:
    if path.suffix.lower() not in _EXTENSIONS:
        raise ValueError(
            f"expected a file that ends in .txt or .md, came {path}. "
            "Save its text as plain text in UTF-8, with the ending .txt."
        )
    return path


def read_text(path: Path) -> str:
    """Read UTF-8 without a byte order mark, every line ending in a plain newline.

    Raises:
        FileNotFoundError: Nothing there.
        ValueError: Not UTF-8.
    """
    data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A text of two bytes per character announces itself; else it is most likely Windows'.
        sixteen = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        encoding = "utf-16" if sixteen else "windows-1252"
        raise ValueError(
            f"expected UTF-8 in {path}, came the byte 0x{data[error.start]:02x} at offset "
            f"{error.start} (after any byte order mark). Convert the file, for example: "
            f"iconv -f {encoding} -t utf-8 '{path.name}' > new.txt"
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _nearby(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f", but even the folder {folder} does not exist. Check the spelling."
    names = [file.name for file in folder.iterdir() if file.is_dir() or _is_text(file)]
    close = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5)
    if close:
        return f", found nothing. Did you mean {' or '.join(map(repr, close))}?"
    return f", found nothing. Check the spelling and the folder ({folder.resolve()})."
