import json

import pytest
import torch

from gptlab import checkpoints, runs, tokenizers
from gptlab.config import GPTConfig
from gptlab.schedule import Steps
from gptlab.training import Recipe, train

CPU = torch.device("cpu")
TEXT = "to be, or not to be: that is the question.\n" * 40
BUDGET = Steps(12)
RECIPE = Recipe(batch_size=4, evaluations=2)


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    return path


def started(folder, text, *, budget=BUDGET, dropout=0.0, recipe=RECIPE):
    tokenizer = tokenizers.CharTokenizer.from_text(TEXT)
    sizes = GPTConfig(
        d_vocab=tokenizer.vocab_size, n_ctx=16, d_model=16, n_layers=2, n_heads=2, dropout=dropout
    )
    return runs.start(
        folder,
        corpus=str(text),
        tokenizer=tokenizer,
        sizes=sizes,
        budget=budget,
        recipe=recipe,
        seed=3,
        device=CPU,
    )


def weights_of(run):
    return run.training.model.state_dict()


@pytest.mark.parametrize(("dropout", "matrix_lr"), [(0.0, 0.02), (0.0, 0.0), (0.3, 0.02)], ids=str)
@pytest.mark.parametrize("broken_at", [1, 5])
def test_a_resumed_run_equals_an_unbroken_one_bit_for_bit(
    tmp_path, text, dropout, matrix_lr, broken_at
):
    recipe = Recipe(batch_size=4, evaluations=2, matrix_lr=matrix_lr)
    unbroken = started(tmp_path / "unbroken", text, dropout=dropout, recipe=recipe)
    losses = [result.loss for result in train(unbroken.training)]

    first = started(tmp_path / "broken", text, dropout=dropout, recipe=recipe)
    steps = train(first.training)
    before = [next(steps).loss for _ in range(broken_at)]
    first.save()
    torch.manual_seed(99)  # whatever happens to the global generator must not matter
    second = runs.resume(tmp_path / "broken", device=CPU)
    after = [result.loss for result in train(second.training)]

    assert before + after == losses
    for name, weight in weights_of(unbroken).items():
        assert torch.equal(weights_of(second)[name], weight), name


def test_training_leaves_the_readers_own_random_numbers_alone(tmp_path, text):
    run = started(tmp_path / "a", text, dropout=0.5)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    run.training.take_step()
    assert torch.equal(torch.rand(3), expected)


def test_a_finished_run_starts_a_new_phase_with_its_optimizers_memory(tmp_path, text):
    run = started(tmp_path / "a", text)
    last = list(train(run.training))[-1]
    run.save()
    again = runs.resume(tmp_path / "a", device=CPU)
    assert list(train(again.training)) == []
    again.training.start_phase(Steps(4))
    results = list(train(again.training))
    assert [result.step for result in results] == [13, 14, 15, 16]
    assert results[0].lr < results[1].lr > last.lr  # warm-up, then higher than where it ended
    assert results[-1].validation.loss < last.validation.loss


def test_a_changed_text_is_not_trained_on_by_mistake(tmp_path, text):
    started(tmp_path / "a", text).save()
    text.write_text(TEXT.replace("question", "noitseuq"))
    with pytest.raises(ValueError, match="no longer the one"):
        runs.resume(tmp_path / "a", device=CPU)


def test_a_run_is_not_overwritten(tmp_path, text):
    started(tmp_path / "a", text).save()
    with pytest.raises(FileExistsError, match="--resume"):
        started(tmp_path / "a", text)


def test_a_finished_model_without_state_cannot_be_resumed(tmp_path, text):
    run = started(tmp_path / "a", text)
    snapshot = run.save_snapshot()
    with pytest.raises(ValueError, match="without the state"):
        runs.resume(snapshot, device=CPU)


def test_the_log_holds_what_the_steps_said(tmp_path, text):
    run = started(tmp_path / "a", text)
    for result in train(run.training):
        run.record(result)
    run.save()
    rows = [json.loads(line) for line in (tmp_path / "a" / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(1, 13))
    assert [row["step"] for row in rows if "validation" in row] == [6, 12]
    assert rows[-1]["validation"] == round(result.validation.loss, 5)


def test_measuring_from_disk_gives_what_training_said(tmp_path, text):
    run = started(tmp_path / "a", text)
    last = list(train(run.training))[-1]
    run.save()
    assert runs.measure(tmp_path / "a", device=CPU) == {"validation": last.validation}


def test_a_text_shorter_than_one_window_is_refused_with_the_numbers(tmp_path):
    short = tmp_path / "short.txt"
    short.write_text("to be or not")
    with pytest.raises(ValueError, match=r"has 10 tokens, but one window needs n_ctx \+ 1 = 17"):
        started(tmp_path / "a", short)


def test_an_empty_text_is_refused(tmp_path):
    (tmp_path / "empty.txt").write_text(" \n")
    with pytest.raises(ValueError, match="white space"):
        started(tmp_path / "a", tmp_path / "empty.txt")


def test_text_that_is_not_utf8_is_refused_with_the_place(tmp_path):
    (tmp_path / "latin.txt").write_bytes("schön".encode("latin-1"))
    with pytest.raises(ValueError, match=r"UTF-8.*0xf6 at offset 3"):
        started(tmp_path / "a", tmp_path / "latin.txt")


@pytest.mark.parametrize("kind", ["gpt2", "chars", "bpe:270", "bpe"])
def test_every_tokenizer_that_the_command_line_names_can_be_made(text, kind):
    tokenizer = runs.make_tokenizer(kind, str(text), vocab_size=280)
    assert tokenizer.decode(tokenizer.encode("not to be")) == "not to be"


def test_an_unknown_tokenizer_lists_the_known(text):
    with pytest.raises(ValueError, match=r"unknown tokenizer 'word'.*bpe:SIZE.*gpt2"):
        runs.make_tokenizer("word", str(text), vocab_size=300)


def test_snapshots_hold_rounded_weights_of_their_step(tmp_path, text):
    run = started(tmp_path / "a", text)
    run.training.take_step()
    path = run.save_snapshot()
    assert path.name == "step-000001.safetensors"
    model, tokenizer = checkpoints.load(path, "cpu")
    assert tokenizer == run.tokenizer
    difference = model.W_E - run.training.model.W_E
    assert difference.abs().max() <= run.training.model.W_E.abs().max() / 127
