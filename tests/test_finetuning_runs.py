"""Fine-tuning from the shell: a run is stored, stopped, continued, and measured beside others."""

import re
import signal

import pytest
import torch

from gptlab import checkpoints
from gptlab.cli import finetune as command
from gptlab.cli.main import main
from gptlab.finetuning import merged, trained
from gptlab.finetuning.settings import Settings
from gptlab.finetuning.stopping import train_best
from gptlab.finetuning.stored import (
    ADAPTER,
    CONTROL,
    UNFINISHED,
    Unfinished,
    open_run,
    resume,
    start,
)

CPU = torch.device("cpu")
WORDS = {"sea": "ship wave sail tide", "land": "field tree hill road"}
SCORE = r"[01]\.\d{3} \([01]\.\d{3} to [01]\.\d{3}\)"
LOSS = r"\d+\.\d{4} nats per token, \d+\.\d{4} bits per byte"


def call(*arguments) -> int:
    return main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a small model of words about the sea and the land, and a table of labels."""
    folder = tmp_path_factory.mktemp("finetuning")
    lines = [
        (" ".join(words.split()[(i + j) % 4] for j in range(3)), label)
        for i in range(20)
        for label, words in WORDS.items()
    ]
    (folder / "text.txt").write_text("\n".join(text for text, _label in lines * 8))
    rows = [f"{text} {i},{label}" for i, (text, label) in enumerate(lines)]
    (folder / "mine.csv").write_text("\n".join(["text,label", *rows]))
    sizes = "--n-ctx 32 --d-model 16 --n-layers 2 --n-heads 2 --device cpu --tokenizer bpe:270"
    corpus = ["--corpus", folder / "text.txt"]
    assert call("train", *corpus, "--steps", 20, "--out", folder / "base", *sizes.split()) == 0
    return folder


def settings(folder, **other) -> Settings:
    given = {"base": str(folder / "base"), "task": str(folder / "mine.csv"), "n_steps": 20}
    return Settings(**given | other)


@pytest.mark.parametrize("method", ["lora", "last-layer", "full"])
def test_finetune_then_eval(folder, tmp_path, capsys, method):
    out = tmp_path / "g"
    arguments = ["--task", folder / "mine.csv", "--method", method, "--rank", 2, "--steps", 20]
    assert call("finetune", folder / "base", *arguments, "--out", out, "--device", "cpu") == 0
    told = capsys.readouterr()
    number = r"\d+\.\d{4}"
    found = re.fullmatch(
        rf"validation: {number} nats per text, macro-accuracy {number}\n", told.out
    )
    assert found, told.out
    assert "gptlab eval" in told.err
    assert {path.name for path in out.iterdir()} == {ADAPTER, CONTROL}

    assert call("eval", out, "--device", "cpu") == 0
    printed = capsys.readouterr().out
    for name in (method, "random weights", r"counted words \(TF-IDF\)", "commonest class"):
        assert re.search(rf"^{name} +{SCORE}$", printed, re.MULTILINE), printed
    assert re.search(r"^commonest class +0\.500 \(0\.500 to 0\.500\)$", printed, re.MULTILINE)
    before, after = re.findall(rf"old text (?:before|after): +({LOSS})", printed)
    assert (before == after) == (method == "last-layer")

    assert call("sample", out, "--prompt", "ship 牡丹 🌺", "--device", "cpu") == 0
    answers = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert {name for _share, name in answers} == set(WORDS)
    assert sum(float(share) for share, _name in answers) == pytest.approx(1.0, abs=0.002)


def test_what_is_stored_is_what_is_opened(folder, tmp_path):
    """The rounded numbers are the model: opened twice, they are equal bit for bit."""
    run = start(settings(folder, rank=2), tmp_path, device=CPU)
    for result in train_best(run.training, best=run.best, patience=99):
        run.record(result)
    run.finish(tmp_path)
    one, facts = open_run(tmp_path, device=CPU)
    two, _facts = open_run(tmp_path, device=CPU)
    assert checkpoints.fingerprint(one.model) == checkpoints.fingerprint(two.model)
    ids = torch.arange(12)[None]
    assert torch.equal(merged(one.model)(ids), one.model(ids))
    torch.testing.assert_close(one.model(ids), run.training.model.eval()(ids), atol=0.05, rtol=0)
    assert (facts["rank"], facts["scale"]) == (2, 8.0)
    assert facts["classes"] == ["land", "sea"]
    assert [row["step"] for row in facts["log"]] == [*range(2, 21, 2)]
    lowest = min(facts["log"], key=lambda row: row["validation"])
    assert lowest["step"] == facts["best_step"]


@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.parametrize("stopped_at", [1, 7])
def test_a_resumed_run_equals_an_unbroken_one_bit_for_bit(folder, tmp_path, method, stopped_at):
    asked = settings(folder, method=method)
    whole = start(asked, tmp_path / "whole", device=CPU)
    losses = [result.loss for result in train_best(whole.training, best=whole.best)]

    broken = start(asked, tmp_path / "broken", device=CPU)
    steps = train_best(broken.training, best=broken.best)
    before = [next(steps).loss for _ in range(stopped_at)]
    broken.save(tmp_path / "broken")
    again = resume(tmp_path / "broken", device=CPU)
    after = [result.loss for result in train_best(again.training, best=again.best)]

    assert before + after == losses
    weights = [trained(run.training.model) for run in (whole, again)]
    for name, weight in weights[0].items():
        assert torch.equal(weights[1][name], weight), name


def test_a_stopped_run_is_continued_from_the_shell(folder, tmp_path, capsys, monkeypatch):
    original = Unfinished.save

    def once(run, folder):
        original(run, folder)
        monkeypatch.setattr(Unfinished, "save", original)

    def stop_after_three(run, **options):
        for result in train_best(run, **options):
            if run.step == 3:
                signal.raise_signal(signal.SIGINT)
            yield result

    out = tmp_path / "g"
    arguments = ["finetune", folder / "base", "--task", folder / "mine.csv", "--steps", 10]
    monkeypatch.setattr(Unfinished, "save", once)
    monkeypatch.setattr(command, "train_best", stop_after_three)
    assert call(*arguments, "--out", out, "--device", "cpu") == 130
    assert "continue with: gptlab finetune --resume" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == [UNFINISHED]
    monkeypatch.setattr(command, "train_best", train_best)

    assert call(*arguments, "--out", out, "--device", "cpu") == 2
    assert "holds a run that was stopped" in capsys.readouterr().err
    assert call("finetune", "--resume", out, "--device", "cpu") == 0
    assert "going on at step 3" in capsys.readouterr().err
    assert call("finetune", "--resume", out, "--device", "cpu") == 2
    assert "is finished" in capsys.readouterr().err
    assert call(*arguments, "--out", out, "--device", "cpu") == 2
    assert "already holds a finished run" in capsys.readouterr().err


def test_a_dialogue_is_learned_and_measured(folder, tmp_path, capsys, monkeypatch):
    from gptlab.finetuning import running
    from gptlab.finetuning.chat import Exchange

    exchanges = {
        part: [(Exchange(f"ship {i}", f"wave {i}"),) for i in range(8)]
        for part in ("train", "validation", "test")
    }
    monkeypatch.setattr(running, "of_the_plays", lambda _template, _longest: exchanges)
    out = tmp_path / "d"
    arguments = ["--task", "dialogue", "--steps", 6, "--rank", 2, "--out", out]
    assert call("finetune", folder / "base", *arguments, "--device", "cpu") == 0
    assert re.fullmatch(rf"validation: {LOSS}\n", capsys.readouterr().out)
    assert call("eval", out, "--device", "cpu") == 0
    printed = capsys.readouterr().out
    for name in ("lora", "random weights", "before"):
        assert re.search(rf"replies, {name}: \d\.\d{{4}} nats per token$", printed, re.MULTILINE)
    assert len(re.findall(rf"old text (?:before|after): +{LOSS}", printed)) == 2
    replies = []
    for _ in range(2):
        assert call("sample", out, "--prompt", "ship", "--seed", 3, "--device", "cpu") == 0
        replies.append(capsys.readouterr().out)
    assert replies[0] == replies[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "sentiment"], "unknown task 'sentiment'; expected genre, dialogue, or a .csv"),
        (["--task", "nowhere.csv"], "nowhere.csv"),
        (["--labels", "1", "--task", "mine.csv"], "1 labelled texts are too few for the 2 classes"),
        (["--labels", "5", "--task", "dialogue"], "a dialogue has no labels"),
        (["--rank", "0", "--task", "mine.csv"], "rank is a whole number from 1 on; got 0"),
        (["--rank", "99", "--task", "mine.csv"], "from 1 to 16; got 99"),
        (["--steps", "0"], "n_steps is a whole number from 1 on; got 0"),
    ],
    ids=str,
)
def test_finetune_explains_what_it_cannot_do(
    folder, tmp_path, capsys, monkeypatch, arguments, message
):
    monkeypatch.chdir(folder)
    assert call("finetune", "base", *arguments, "--out", tmp_path / "x", "--device", "cpu") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_base_that_is_not_there_is_named(tmp_path, capsys):
    assert call("finetune", "nowhere", "--out", tmp_path / "x", "--device", "cpu") == 2
    assert "there is no model 'nowhere'" in capsys.readouterr().err


def test_another_base_or_text_is_refused(folder, tmp_path):
    asked = settings(folder)
    run = start(asked, tmp_path, device=CPU)
    next(train_best(run.training, best=run.best))
    run.save(tmp_path)
    table = folder / "mine.csv"
    kept = table.read_text()
    try:
        table.write_text(kept.replace("tide", "foam"))
        with pytest.raises(ValueError, match="training text is no longer the one"):
            resume(tmp_path, device=CPU)
    finally:
        table.write_text(kept)
    run.prepared = resume(tmp_path, device=CPU).prepared
    object.__setattr__(run.prepared, "base", "0" * 64)
    run.save(tmp_path)
    with pytest.raises(ValueError, match="base model is no longer the one"):
        resume(tmp_path, device=CPU)


@pytest.mark.parametrize("content", [b"", b"\x80\x04 pickled", b"not a run"])
def test_a_broken_file_is_refused(tmp_path, content):
    (tmp_path / UNFINISHED).write_bytes(content)
    with pytest.raises(ValueError, match="not a whole run"):
        resume(tmp_path, device=CPU)
    (tmp_path / ADAPTER).write_bytes(content)
    with pytest.raises(ValueError, match="not a whole safetensors file"):
        open_run(tmp_path, device=CPU)
