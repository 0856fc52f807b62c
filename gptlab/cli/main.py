"""Read the command line and call the command, which is imported only then."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from textwrap import dedent

from gptlab.catalogue import text as _


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: The words after `gptlab`; those of the shell if not given.

    Returns:
        0 if it worked, 1 if training diverged, 2 if the input was not usable, 130 after Ctrl-C.
    """
    options = _parser().parse_args(arguments)
    try:
        status: int = import_module(f"gptlab.cli.{options.module}").run(options)
        return status
    except (ValueError, OSError) as problem:
        # What the learner can mend is said in a line; anything else is a bug and shows its trace.
        print(_("gptlab: {problem}", problem=problem), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(_("gptlab: stopped"), file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gptlab",
        description=_("Train a small GPT, measure it, and look inside it."),
        epilog=_("Every command explains itself: gptlab train --help"),
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar=_("COMMAND"))
    _add_train(commands)
    _add_finetune(commands)
    _add_eval(commands)
    _add_sample(commands)
    _add_export(commands)
    _add_render(commands)
    _add_experiment(commands)
    _add_claims(commands)
    _add_data(commands)
    _command(
        commands,
        "doctor",
        "doctor",
        _("say what training will use on this machine, and why"),
        "gptlab doctor",
    )
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    module: str,
    help_: str,
    examples: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=help_,
        description=help_,
        epilog=_("examples:\n{examples}", examples=dedent(examples).strip("\n")),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(module=module)
    return parser


def _add_train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    train = _command(
        commands,
        "train",
        "train",
        _("train a GPT"),
        """
          gptlab train --minutes 1 --out runs/a
          gptlab train --resume runs/a --minutes 1
          gptlab train --corpus my.txt --tokenizer chars --minutes 1 --out runs/b
          torchrun --nproc-per-node 2 -m gptlab.cli train --steps 500 --out runs/c""",
    )
    add = train.add_argument
    length = train.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, help=_("train for a time (default: 1)"))
    length.add_argument(
        "--steps", type=int, help=_("train for a number of steps, the same on every machine")
    )
    where = train.add_mutually_exclusive_group()
    where.add_argument(
        "--out", default="runs/latest", help=_("folder of the new run (default: runs/latest)")
    )
    where.add_argument("--resume", metavar="RUN", help=_("continue the run in this folder"))
    add(
        "--corpus",
        default="shakespeare",
        help=_("shakespeare, tiny-shakespeare, or a .txt or .md file or a folder of them"),
    )
    add(
        "--tokenizer",
        default="bpe",
        help=_("bpe or bpe:SIZE (trained on the corpus), chars, gpt2, cl100k, o200k"),
    )
    add(
        "--preset",
        help=_("sizes and recipe: lesson, laptop, laptop-large, shakespeare, twins, 10m, 30m"),
    )
    add(
        "--positions",
        help=_("instead of the preset's: no, learned, sinusoidal, rotary, alibi"),
    )
    add(
        "--objective",
        default="next",
        help=_("what is asked: next (default, the next token) or masked (hidden tokens, no mask)"),
    )
    for size in ("n-layers", "d-model", "n-heads", "n-ctx"):
        add(f"--{size}", type=int, help=_("instead of the preset's"))
    add("--batch-size", type=int, help=_("windows per step, over all processes"))
    add("--accumulation", type=int, help=_("parts a batch is computed in, to need less memory"))
    add("--lr", type=float, help=_("AdamW's learning rate"))
    add("--matrix-lr", type=float, help=_("Muon's learning rate; 0 lets AdamW train everything"))
    add(
        "--weight-decay",
        type=float,
        help=_("share of each matrix, times its rate, taken away each step"),
    )
    add("--decay", type=float, help=_("last share of the run in which the rates fall"))
    add("--dropout", type=float, default=0.0, help=_("share of activations zeroed in training"))
    add("--seed", type=int, default=0, help=_("fixes initial weights and batches (default: 0)"))
    add("--snapshots", type=int, default=0, help=_("keep the weights at this many moments"))
    _add_device(train)


def _add_finetune(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    finetune = _command(
        commands,
        "finetune",
        "finetune",
        _("train a model on for a task, and a control with random weights beside it"),
        """
          gptlab finetune shakespeare --task genre --method lora --rank 8 --out runs/g
          gptlab eval runs/g
          gptlab finetune shakespeare --task mine.csv --method last-layer --out runs/h
          gptlab finetune shakespeare --task dialogue --out runs/d
          gptlab finetune --resume runs/g""",
    )
    add = finetune.add_argument
    add(
        "model",
        nargs="?",
        default="shakespeare",
        help=_("what to start from: shakespeare (default), or a run's folder"),
    )
    where = finetune.add_mutually_exclusive_group()
    where.add_argument(
        "--out", default="runs/finetuned", help=_("folder of the run (default: runs/finetuned)")
    )
    where.add_argument("--resume", metavar="RUN", help=_("continue the run in this folder"))
    add(
        "--task",
        default="genre",
        help=_("genre (of a speech's play), dialogue, or a .csv or .tsv file: text, label"),
    )
    add(
        "--method",
        default="lora",
        choices=["full", "last-layer", "lora"],
        help=_("which weights to train (default: lora)"),
    )
    add("--rank", type=int, default=8, help=_("lora: rank of each change (default: 8)"))
    add("--labels", type=int, default=0, help=_("labelled texts to learn from (default: all)"))
    add("--steps", type=int, default=150, help=_("optimizer steps at most (default: 150)"))
    add("--seed", type=int, default=0, help=_("fixes weights, labels and batches (default: 0)"))
    _add_device(finetune)


def _add_eval(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluate = _command(
        commands,
        "eval",
        "evaluate",
        _("measure a model on the texts that it was not trained on"),
        """
          gptlab eval shakespeare
          gptlab eval runs/a
          gptlab eval runs/g    # fine-tuned: beside counted words and random weights""",
    )
    evaluate.add_argument("model", help=_("shakespeare, or a run's folder"))
    evaluate.add_argument("--corpus", help=_("measure on another text"))
    _add_device(evaluate)


def _add_sample(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sample = _command(
        commands,
        "sample",
        "sample",
        _("let a model continue a text"),
        """
          gptlab sample shakespeare --prompt "ROMEO:"
          gptlab sample runs/g --prompt "To arms!"    # fine-tuned: classes, or a reply
          gptlab sample runs/a --prompt "ROMEO:" --temperature 0.7 --top-p 0.9 --seed 3""",
    )
    add = sample.add_argument
    add("model", help=_("shakespeare, or a run's folder"))
    add("--prompt", default="\n", help=_("the text to continue (default: a line break)"))
    add("--tokens", type=int, default=200, help=_("how many to write (default: 200)"))
    add("--temperature", type=float, default=0.8, help=_("0 always takes the likeliest token"))
    add("--top-k", type=int, default=0, help=_("draw from this many tokens only; 0: from all"))
    add("--top-p", type=float, default=1.0, help=_("draw from the likeliest tokens of this mass"))
    add("--seed", type=int, default=0, help=_("the same seed draws the same text (default: 0)"))
    _add_device(sample)


def _add_export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    export = _command(
        commands,
        "export",
        "export",
        _("write a model in another project's form"),
        "  gptlab export shakespeare --to hf --out shakespeare-hf",
    )
    export.add_argument("model", help=_("shakespeare, or a run's folder"))
    export.add_argument("--to", choices=["hf"], default="hf", help=_("hf: a Hugging Face GPT-2"))
    export.add_argument("--out", required=True, help=_("folder to write"))


def _add_render(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    render = _command(
        commands,
        "render",
        "render",
        _("turn a notebook into one HTML file that works without a network"),
        """
          gptlab render notebooks/01_tokens.ipynb
          gptlab render notebooks/01_tokens.ipynb --out tokens.html""",
    )
    render.add_argument("notebook", help=_("a notebook that has been run (.ipynb)"))
    render.add_argument("--out", help=_("file to write (default: beside the notebook, as .html)"))


def _add_experiment(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    experiment = _command(
        commands,
        "experiment",
        "experiment",
        _("record an experiment that trains for minutes, repeat it shorter, list or check all"),
        """
          gptlab experiment list
          gptlab experiment run induction
          gptlab experiment run recall-distance --seeds 1 --quick
          gptlab experiment check""",
    )
    add = experiment.add_argument
    add("what", metavar="run|list|check", help=_("record or repeat one, list all, check some"))
    add("name", nargs="?", metavar="NAME", help=_("run: which one; the list has the names"))
    add("--seeds", type=int, help=_("run: repeat with this many seeds, and leave the record"))
    add("--quick", action="store_true", help=_("run: repeat a shorter version, within two minutes"))
    add("--out", help=_("folder of the results (default: inside gptlab, where lessons look)"))
    add("--all", action="store_true", help=_("check: repeat all instead of the cheapest third"))


def _add_claims(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    claims = _command(
        commands,
        "claims",
        "claims",
        _("count what people say about GPT by verdict, look a claim up, test the verdicts"),
        """
          gptlab claims
          gptlab claims show stop-words-removed
          gptlab claims open
          gptlab claims features
          gptlab claims check --mutate""",
    )
    add = claims.add_argument
    add(
        "what",
        nargs="?",
        default="count",
        choices=["count", "show", "open", "features", "check"],
        help=_("count (default), show one, list what is open, list techniques, check verdicts"),
    )
    add("name", nargs="?", metavar="ID", help=_("show: which claim; a wrong one names its like"))
    add(
        "--mutate",
        action="store_true",
        help=_("check: give each verdict values that it must deny, and fail if one stands"),
    )
    add(
        "--notebooks",
        default="notebooks",
        help=_("check: the folder of the lessons (default: notebooks)"),
    )


def _add_data(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    data = _command(
        commands,
        "data",
        "data",
        _("install the texts, vectors and vocabularies that the lessons read"),
        """
          gptlab data
          gptlab data --list
          gptlab data --get tiny-shakespeare""",
    )
    data.add_argument("--list", action="store_true", help=_("show what there is and what is here"))
    data.add_argument("--get", metavar="NAME", help=_("download one of the larger sets"))


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", help=_("cpu, cuda or mps; the fastest one there if not given"))
