"""`gptlab finetune`: train a model on for a task, and a control beside it."""

import shlex
import sys
import time
from argparse import Namespace
from pathlib import Path

import torch

from gptlab import devices, provenance
from gptlab.catalogue import text as _
from gptlab.cli.progress import progress_bar
from gptlab.cli.train import SECONDS_BETWEEN_SAVES, StopRequest, report, say, stop_request
from gptlab.decoding import Sampling
from gptlab.finetuning.answering import answer
from gptlab.finetuning.chat import ChatTemplate
from gptlab.finetuning.classifier import Classifier, class_probabilities
from gptlab.finetuning.comparing import Comparison, compare
from gptlab.finetuning.lora import merged
from gptlab.finetuning.methods import share_trained
from gptlab.finetuning.running import prepare
from gptlab.finetuning.settings import Settings
from gptlab.finetuning.stopping import train_best
from gptlab.finetuning.stored import CONTROL, Unfinished, open_run, resume, start
from gptlab.tokenizers import ByteBPE
from gptlab.training import DivergedError


def run(options: Namespace) -> int:
    """Fine-tune, saving as it goes, then the control, and print the loss on held-out texts."""
    device = devices.choose(options.device)
    if options.resume:
        folder = Path(options.resume)
        say(_("reading the run in {folder} …", folder=folder))
        run_ = resume(folder, device=device)
        say(_("going on at step {step}", step=run_.training.step))
    else:
        folder = Path(options.out)
        run_ = _started(options, folder, device)
    _announce(run_)
    with stop_request() as stop:
        try:
            return _train(run_, folder, stop, device)
        except DivergedError as problem:
            say(_("gptlab: {problem}", problem=problem))
            return 1


def evaluate(folder: Path, device: torch.device) -> int:
    """Print what a finished run reaches, beside what it has to beat."""
    with progress_bar(_("measuring")) as move:
        found = compare(folder, device=device, progress=move)
    for line in lines_of(found):
        print(line)
    return 0


def ask(options: Namespace) -> int:
    """Let a finished run answer a text: with its classes, or with a reply."""
    device = devices.choose(options.device)
    prepared, _facts = open_run(Path(options.model), device=device)
    model, tokenizer = merged(prepared.model).eval(), prepared.tokenizer
    if isinstance(model, Classifier):
        found = class_probabilities(model, tokenizer, options.prompt).tolist()
        for share, name in sorted(zip(found, model.classes, strict=True), reverse=True):
            print(f"{share:.3f}  {name}")
        return 0
    assert isinstance(tokenizer, ByteBPE)  # a chat has tokens of its own
    reply = answer(
        model,
        ChatTemplate(tokenizer),
        options.prompt,
        n_tokens=min(options.tokens, model.cfg.n_ctx // 4),
        sampling=rule(options),
        generator=torch.Generator().manual_seed(options.seed),
    )
    print(reply.text)
    return 0


def rule(options: Namespace) -> Sampling:
    """Return the decoding rule that the command line names."""
    return Sampling(temperature=options.temperature, top_k=options.top_k, top_p=options.top_p)


def lines_of(found: Comparison) -> list[str]:
    """Return a comparison as lines of text."""
    lines = []
    if found.task is not None:
        lines += [
            _(
                "{task}: {classes} · {n:,} labelled texts, judged on {m:,} held out",
                task=found.task.name,
                classes=", ".join(found.task.classes),
                n=len(found.task.train),
                m=len(found.task.test),
            ),
            _("{what:<24}  macro-accuracy, with 95 % of resampled groups", what=""),
        ]
        ranked = sorted(found.scores.items(), key=lambda pair: -pair[1].value)
        lines += [_("{name:<24}  {score}", name=name, score=score) for name, score in ranked]
        own = next(iter(found.scores))
        lines += [
            _("{own} minus {name}: {difference}", own=own, name=name, difference=difference)
            for name, difference in found.ahead.items()
        ]
    else:
        lines += [
            _("loss of held-out replies, {name}: {loss:.4f} nats per token", name=name, loss=loss)
            for name, loss in found.losses.items()
        ]
    lines.append(_("old text before: {loss}", loss=found.old_before))
    lines.append(_("old text after:  {loss}", loss=found.old_after))
    return lines


def _started(options: Namespace, folder: Path, device: torch.device) -> Unfinished:
    say(
        _(
            "opening {model} and reading the texts of {task} …",
            model=options.model,
            task=options.task,
        )
    )
    settings = Settings(
        base=options.model,
        task=options.task,
        method=options.method,
        rank=options.rank,
        n_steps=options.steps,
        n_labels=options.labels,
        seed=options.seed,
    )
    run_ = start(settings, folder, device=device)
    run_.made = provenance.made(shlex.join(["gptlab", *sys.argv[1:]]))
    return run_


def _train(run_: Unfinished, folder: Path, stop: StopRequest, device: torch.device) -> int:
    last = None
    if not _go_on(run_, _("training"), folder, stop):
        run_.save(folder)
        say(_("stopped; continue with: gptlab finetune --resume {folder}", folder=folder))
        return 130
    last = run_.training.validate()
    # The control first: a run is finished only when both files are there.
    if not (folder / CONTROL).exists():
        run_.save(folder)
        settings = run_.prepared.settings
        control = prepare(settings, device=device, untrained=True)
        other = Unfinished(control, control.training(), made=run_.made)
        if not _go_on(other, _("control with random weights"), None, stop):
            say(_("stopped; continue with: gptlab finetune --resume {folder}", folder=folder))
            return 130
        other.finish(folder, control=True)
    run_.finish(folder)
    say(_("saved in {folder}; measure it with: gptlab eval {folder}", folder=folder))
    print(report(last))
    return 0


def _go_on(run_: Unfinished, what: str, folder: Path | None, stop: StopRequest) -> bool:
    """Train to the end; return False if the learner stopped it."""
    training = run_.training
    saved_at = time.monotonic()
    with progress_bar(what, done=training.progress) as move:
        for result in train_best(training, best=run_.best):
            move(
                result.progress,
                _("step {step} · loss {loss:.3f}", step=result.step, loss=result.loss),
            )
            run_.record(result)
            if result.validation:
                say(_("step {step}: ", step=result.step) + report(result.validation))
            if folder and time.monotonic() - saved_at > SECONDS_BETWEEN_SAVES:
                run_.save(folder)
                saved_at = time.monotonic()
            if stop.requested:
                return False
    return True


def _announce(run_: Unfinished) -> None:
    prepared = run_.prepared
    say(
        _(
            "{method}: {share:.2%} of {n:,} numbers are trained, at most {steps} steps on {device}",
            method=prepared.settings.method,
            share=share_trained(prepared.model),
            n=prepared.model.n_parameters,
            steps=prepared.settings.n_steps,
            device=devices.describe(prepared.model.device),
        )
    )
    if prepared.task:
        shares = prepared.task.shares()
        say(
            _(
                "{n:,} labelled texts: {shares}",
                n=len(prepared.task.train),
                shares=", ".join(f"{kind} {share:.0%}" for kind, share in shares.items()),
            )
        )
