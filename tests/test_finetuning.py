"""Fine-tuning: which weights change, what a head says, how it is judged, and what stays."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gptlab import capture, checkpoints, finetuning
from gptlab.attention import as_matrix
from gptlab.config import GPTConfig
from gptlab.data import Splits
from gptlab.evaluation import Evaluation, evaluate
from gptlab.finetuning import (
    Full,
    Labelled,
    Labels,
    LastLayer,
    LoRA,
    Task,
    labelled_split,
    merged,
    train_best,
    with_head,
    without_head,
)
from gptlab.finetuning.baselines import by_counted_words, by_majority
from gptlab.finetuning.labelfiles import read_labels
from gptlab.finetuning.surgery import drop_layers, insert_layer, moved_into, swap_layers
from gptlab.gpt import GPT
from gptlab.objectives import NOT_ASKED
from gptlab.positions import RotaryPositions
from gptlab.schedule import Steps
from gptlab.tokenizers import CharTokenizer
from gptlab.training import Recipe, Training, optimizers_for, train

CFG = GPTConfig(d_vocab=12, n_ctx=8, d_model=16, n_layers=3, n_heads=2)
METHODS = [Full(), LastLayer(), LoRA(rank=2), LoRA(rank=3, matrices=("W_E", "blocks.*.mlp.W_in"))]


def seed(number: int) -> torch.Generator:
    return torch.Generator().manual_seed(number)


def gpt(**parts) -> GPT:
    model = GPT(CFG, generator=seed(0), **parts)
    with torch.no_grad():
        for weight in model.parameters():  # no zeros, so that nothing is equal by chance
            weight.add_(0.3 * torch.randn(weight.shape, generator=seed(1)))
    return model


def tokens(n_texts: int = 4, n_pos: int = 8) -> torch.Tensor:
    return torch.randint(12, (n_texts, n_pos), generator=seed(2))


def prepared(method, model: GPT) -> GPT:
    method.prepare(model, seed(3))
    return model


# --- which weights


def test_lora_by_hand():
    """W = 0, A = (1, 2)ᵀ, B = (3, 4), scale ½: the change is ½ · [[3, 4], [6, 8]]."""
    change = finetuning.LowRank("W_in", torch.zeros(2, 2), rank=1, scale=0.5)
    with torch.no_grad():
        change.A.copy_(torch.tensor([[1.0], [2.0]]))
        change.B.copy_(torch.tensor([[3.0, 4.0]]))
    assert change(torch.zeros(2, 2)).tolist() == [[1.5, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize("positions", [None, RotaryPositions])
def test_lora_changes_nothing_until_it_has_learned(positions):
    parts = {"positions": positions} if positions else {}
    model = gpt(**parts)
    expected = model(tokens())
    adapted = prepared(LoRA(rank=2, matrices=("*W_*",)), gpt(**parts))
    assert torch.equal(adapted(tokens()), expected)


def learned(model: GPT) -> GPT:
    with torch.no_grad():
        for change in finetuning.changes(model).values():
            change.B.normal_(generator=seed(4))
    return model


@pytest.mark.parametrize("matrices", [("blocks.*.attn.W_*",), ("*W_*",), ("blocks.1.mlp.W_out",)])
def test_merged_is_a_plain_model_with_equal_logits(matrices):
    adapted = learned(prepared(LoRA(rank=2, matrices=matrices), gpt()))
    plain = merged(adapted)
    assert type(plain) is GPT
    assert [*plain.state_dict()] == [*gpt().state_dict()], "the order of the weights stays, too"
    assert torch.equal(plain(tokens()), adapted(tokens()))
    assert not torch.equal(plain(tokens()), gpt()(tokens()))
    assert all(weight.requires_grad for weight in plain.parameters())
    # The adapted model is not taken apart, and once merged a model can be adapted again.
    assert torch.equal(merged(adapted)(tokens()), plain(tokens()))
    assert len(finetuning.changes(prepared(LoRA(rank=1), plain))) == 12


def test_the_change_of_a_head_has_the_rank_it_was_given():
    adapted = learned(prepared(LoRA(rank=2), gpt()))
    for name, weight in merged(adapted).named_parameters():
        difference = as_matrix(name, weight - gpt().get_parameter(name)) if "W_" in name else None
        if difference is not None:
            expected = 2 if ".attn." in name else 0
            assert torch.linalg.matrix_rank(difference, atol=1e-4) == expected, name


def test_lora_agrees_with_low_rank_layers_beside_torchs_own():
    """Reference: y = x W + b + scale · (x A) B with torch's linear layers."""
    adapted = learned(prepared(LoRA(rank=2, alpha=6.0, matrices=("blocks.0.mlp.W_in",)), gpt()))
    (change,) = finetuning.changes(adapted).values()
    mlp, x = adapted.blocks[0].mlp, torch.randn(5, 16, generator=seed(5))
    down, up = nn.Linear(16, 2, bias=False), nn.Linear(2, 64, bias=False)
    with torch.no_grad():
        down.weight.copy_(change.A.T)
        up.weight.copy_(change.B.T)
    plain = gpt().blocks[0].mlp
    expected = F.linear(x, plain.W_in.T, plain.b_in) + 3.0 * up(down(x))
    torch.testing.assert_close(F.linear(x, mlp.W_in.T, mlp.b_in), expected)


@pytest.mark.parametrize(
    ("method", "head", "expected"),
    [
        (Full(), False, {"W_E", "ln_f.bias", "blocks.0.attn.W_Q", "positions.W_pos"}),
        (LastLayer(), True, {"W_head", "b_head"}),
        (LastLayer(), False, {"ln_f.weight", "ln_f.bias", "blocks.2.attn.W_Q"}),
        (LoRA(), True, {"W_head", "b_head", "blocks.0.attn.W_Q.A", "blocks.2.attn.W_O.B"}),
    ],
    ids=str,
)
def test_a_method_trains_what_it_says(method, head, expected):
    model = prepared(method, with_head(gpt(), ("a", "b")) if head else gpt())
    names = set(finetuning.trained(model))
    assert expected <= names
    if not isinstance(method, Full):
        assert not names & {"W_E", "blocks.1.attn.W_Q", "blocks.1.mlp.W_in"}
    held = {
        id(w) for o in optimizers_for(model, method.recipe) for w in o.param_groups[0]["params"]
    }
    held |= {
        id(w) for o in optimizers_for(model, method.recipe) for w in o.param_groups[-1]["params"]
    }
    assert held == {id(w) for w in model.parameters() if w.requires_grad}


def test_share_trained_by_hand():
    """A head of 16 · 2 + 2 = 34 numbers, over all numbers of body and head."""
    model = prepared(LastLayer(), with_head(gpt(), ("a", "b")))
    assert finetuning.share_trained(model) == 34 / (gpt().n_parameters + 34)


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (LoRA(rank=17), "from 1 to 16; got 17"),
        (LoRA(matrices=("blocks.*.W_X",)), "no matrix of this model matches"),
        (LoRA(matrices=("*.b_Q",)), "no matrix of this model matches"),
    ],
    ids=str,
)
def test_lora_refuses_what_does_not_fit(method, message):
    with pytest.raises(ValueError, match=message):
        prepared(method, gpt())


def test_a_change_of_rank_zero_is_refused():
    with pytest.raises(ValueError, match="from 1 on; got 0"):
        LoRA(rank=0)


def test_lora_twice_is_refused():
    with pytest.raises(ValueError, match="merged"):
        prepared(LoRA(), prepared(LoRA(), gpt()))


def test_weights_of_another_method_are_refused():
    weights = finetuning.trained(prepared(LoRA(rank=2), gpt()))
    with pytest.raises(ValueError, match="another method, rank or model"):
        finetuning.load_trained(prepared(LoRA(rank=3), gpt()), weights)


# --- the head


def test_a_new_head_finds_every_class_equally_likely_and_leaves_the_body_alone():
    body = gpt()
    before = checkpoints.fingerprint(body)
    model = with_head(body, ("comedy", "history", "tragedy"))
    assert torch.equal(model(tokens()), torch.zeros(4, 8, 3))
    assert checkpoints.fingerprint(body) == before
    assert checkpoints.fingerprint(without_head(model)) == before
    assert torch.equal(without_head(model)(tokens()), body(tokens()))


def test_a_head_reads_the_final_state():
    model = with_head(gpt(), ("a", "b"))
    with torch.no_grad():
        model.W_head.normal_(generator=seed(6))
        model.b_head.normal_(generator=seed(7))
    with capture(model, "ln_final") as cache:
        logits = model(tokens())
    torch.testing.assert_close(logits, cache["ln_final"] @ model.W_head + model.b_head)


@pytest.mark.parametrize("classes", [("one",), ("same", "same"), ()])
def test_a_head_needs_two_classes(classes):
    with pytest.raises(ValueError, match="two or more classes"):
        with_head(gpt(), classes)


# --- the objective


def test_labels_are_asked_for_at_the_last_token_by_hand():
    """Texts 5 6 (class 1) and 7 (class 0), padded on the right with token 0."""
    split = labelled_split([[5, 6], [7]], [1, 0], first_label=12)
    inputs, targets = Labels(12).batch(split.ids, 16, 8, seed(0))
    rows = {tuple(i) + tuple(t) for i, t in zip(inputs.tolist(), targets.tolist(), strict=True)}
    assert rows == {(5, 6, NOT_ASKED, 1), (7, 0, 0, NOT_ASKED)}


def test_of_a_long_text_the_newest_tokens_are_read():
    split = labelled_split([[1, 2, 3, 4]], [0], first_label=12)
    inputs, targets = Labels(12).batch(split.ids, 1, 2, seed(0))
    assert (inputs.tolist(), targets.tolist()) == ([[3, 4]], [[NOT_ASKED, 0]])


def test_rare_classes_are_drawn_as_often_as_frequent_ones():
    split = labelled_split([[1]] * 90 + [[2]] * 10, [0] * 90 + [1] * 10, first_label=12)
    _inputs, targets = Labels(12).batch(split.ids, 2000, 8, seed(0))
    assert targets.float().mean() == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(2000))


def test_judging_equals_one_text_at_a_time():
    """Padding changes nothing; the loss is the mean over classes of each class's mean."""
    texts = [[1, 2, 3], [4], [5, 6], [7, 8, 9, 10, 11], [1, 1]]
    classes = [0, 1, 0, 0, 1]
    model = with_head(gpt(), ("a", "b"))
    with torch.no_grad():
        model.W_head.normal_(generator=seed(6))
    judged = Labels(12).evaluate(model, labelled_split(texts, classes, 12))
    alone = [model(torch.tensor([ids]))[0, -1] for ids in texts]
    losses = [
        -logits.log_softmax(-1)[kind].item() for logits, kind in zip(alone, classes, strict=True)
    ]
    assert judged.truth.tolist() == classes
    assert judged.predicted.tolist() == [int(logits.argmax()) for logits in alone]
    by_class = [np.mean([losses[i] for i in (0, 2, 3)]), np.mean([losses[i] for i in (1, 4)])]
    assert judged.loss == pytest.approx(np.mean(by_class), abs=1e-5)


def test_a_row_without_labels_is_refused():
    with pytest.raises(ValueError, match="no label among"):
        Labels(12).batch(torch.arange(12), 2, 8, seed(0))


@pytest.mark.parametrize("texts", [[[]], [[12]]])
def test_a_text_that_is_empty_or_of_another_vocabulary_is_refused(texts):
    with pytest.raises(ValueError, match="one token or more, all below 12"):
        labelled_split(texts, [0], 12)


# --- training

NUMBERS = CharTokenizer(alphabet="abcdefghijkl")


def which_letter(n: int, number: int) -> tuple[Labelled, ...]:
    """Texts of letters; the label says whether there is an `a` in them."""
    drawn = torch.randint(1, 12, (n, 6), generator=seed(number))
    places = torch.randint(6, (n // 2,), generator=seed(number))
    drawn[torch.arange(n // 2), places] = 0
    texts = [NUMBERS.decode(row) for row in drawn.tolist()]
    return tuple(
        Labelled(text, "with a" if "a" in text else "without", f"group {i}")
        for i, text in enumerate(texts)
    )


TASK = Task(
    name="letters",
    classes=("with a", "without"),
    train=which_letter(200, 0),
    validation=which_letter(100, 1),
    test=which_letter(100, 2),
)


def run_of(method, n_steps: int = 60, evaluations: int = 6, **options) -> Training:
    model = prepared(method, with_head(GPT(CFG, generator=seed(0)), TASK.classes))
    return Training(
        model,
        TASK.splits(NUMBERS, 12, 8),
        budget=Steps(n_steps),
        recipe=replace(method.recipe, lr=1e-2, evaluations=evaluations),
        objective=TASK.objective(12),
        **options,
    )


@pytest.mark.parametrize("method", METHODS, ids=lambda m: type(m).__name__)
def test_each_method_changes_its_weights_and_no_others(method):
    run = run_of(method, n_steps=3)
    before = {n: w.clone() for n, w in run.model.state_dict().items()}
    list(train(run))
    free = {n for n, w in run.model.named_parameters() if w.requires_grad}
    for name, weight in run.model.state_dict().items():
        assert torch.equal(weight, before[name]) == (name not in free), name


@pytest.mark.parametrize("method", [Full(), LoRA(rank=4)], ids=["full", "lora"])
def test_a_classifier_learns_what_its_head_alone_cannot(method):
    runs = {name: run_of(m, n_steps=200) for name, m in (("it", method), ("head", LastLayer()))}
    scores = {}
    for name, run in runs.items():
        list(train_best(run, patience=99))
        judged = run.objective.evaluate(run.model, run.data.test)
        scores[name] = judged.macro_accuracy
    assert scores["it"] > 0.9
    assert scores["head"] < 0.8


def test_evaluating_changes_no_weight():
    run = run_of(Full())
    next(train(run))
    before = checkpoints.fingerprint(run.model)
    run.validate()
    assert checkpoints.fingerprint(run.model) == before


def test_the_best_weights_come_back():
    """Losses 3, 1, 2, 2: the second is the lowest, and after two that are not lower it stops."""
    script = iter([3.0, 1.0, 2.0, 2.0])
    seen = []

    def measured(objective, model, split):
        seen.append(checkpoints.fingerprint(model))
        return Evaluation(next(script), 1, 1)

    run = run_of(LoRA(rank=2), n_steps=60, evaluations=12, evaluate=measured)
    best = finetuning.Best()
    results = list(train_best(run, patience=2, best=best))
    assert (len(results), best.step, best.loss, best.n_worse) == (20, 10, 1.0, 2)
    assert checkpoints.fingerprint(run.model) == seen[1]
    assert len(set(seen)) == 4
    assert list(train_best(run, patience=2, best=best)) == [], "what has stopped stays so"


def test_a_text_that_is_too_short_is_still_refused_before_training():
    split = labelled_split([[1]], [0], 12)
    with pytest.raises(ValueError, match=r"1 tokens|window"):
        Training(gpt(), Splits(*[replace(split, ids=split.ids[:1])] * 3), budget=Steps(1))


# --- scores


def test_macro_accuracy_agrees_with_sklearn():
    from sklearn.metrics import balanced_accuracy_score

    generator = np.random.default_rng(0)
    truth, said = generator.integers(3, size=(2, 200))
    assert finetuning.macro_accuracy(truth, said) == pytest.approx(
        balanced_accuracy_score(truth, said)
    )


def test_the_interval_of_texts_that_stand_alone_is_the_binomial_one():
    """Reference: ±1.96 √(p(1−p)/n), for two classes of equal size and p = 0.7."""
    truth = np.repeat([0, 1], 500)
    said = np.where(np.arange(1000) % 10 < 7, truth, 1 - truth)
    interval = finetuning.macro_interval(truth, said, [str(i) for i in range(1000)])
    half = 1.96 * math.sqrt(0.7 * 0.3 / 1000)
    assert interval.value == 0.7
    assert (interval.high - interval.low) / 2 == pytest.approx(half, rel=0.1)


def test_texts_that_belong_together_count_as_one():
    """Ten scenes of fifty speeches, all right or all wrong: the interval is that of ten answers."""
    truth = np.zeros(500, dtype=int)
    said = np.repeat([0] * 7 + [1] * 3, 50)
    scenes = [str(i // 50) for i in range(500)]
    interval = finetuning.macro_interval(truth, said, scenes)
    half = 1.96 * math.sqrt(0.7 * 0.3 / 10)
    assert (interval.high - interval.low) / 2 == pytest.approx(half, rel=0.25)


def test_a_difference_is_judged_on_the_same_draws():
    truth = np.repeat([0, 1], 100)
    said = np.where(np.arange(200) % 4 == 0, 1 - truth, truth)
    none = finetuning.macro_difference(truth, said, said, [str(i) for i in range(200)])
    assert (none.value, none.low, none.high) == (0.0, 0.0, 0.0)


# --- tasks and baselines


def test_genre_holds_out_whole_plays():
    task = finetuning.genre()
    plays = [{one.group.split(",")[0] for one in part} for part in
             (task.train, task.validation, task.test)]  # fmt: skip
    assert not plays[0] & plays[1] and not plays[0] & plays[2] and not plays[1] & plays[2]
    assert plays[1] == {"Much Ado About Nothing", "King John", "Othello"}
    assert plays[2] == {"Twelfth Night", "Richard II", "King Lear"}
    assert task.shares()["history"] == pytest.approx(0.49, abs=0.01)


def test_fewer_labels_are_a_part_of_more():
    task = finetuning.genre()
    small, large = task.fewer(30, seed=1), task.fewer(300, seed=1)
    assert set(small.train) <= set(large.train)
    assert [len(small.train), len(large.train)] == [30, 300]
    assert small.shares() == dict.fromkeys(task.classes, 1 / 3)
    assert small.test == task.test
    with pytest.raises(ValueError, match="2 labelled texts are too few for the 3 classes"):
        task.fewer(2)


def test_the_commonest_class_gets_one_over_n():
    answers = by_majority(TASK)
    truth = [TASK.classes.index(one.label) for one in TASK.test]
    assert finetuning.macro_accuracy(truth, answers) == 0.5


def test_counted_words_know_a_text_by_its_words():
    def spoken(n: int) -> tuple[Labelled, ...]:
        words = {"sea": "ship wave sail tide", "land": "field tree hill road"}
        return tuple(
            Labelled(" ".join(words[kind].split()[(i + j) % 4] for j in range(3)), kind, str(i))
            for i in range(n)
            for kind in words
        )

    task = Task(
        name="x", classes=("land", "sea"), train=spoken(8), validation=spoken(3), test=spoken(5)
    )
    assert by_counted_words(task).tolist() == [1, 0] * 5


# --- labels of one's own


def texts_of(task: Task) -> set[str]:
    return {one.text for part in (task.train, task.validation, task.test) for one in part}


def table(tmp_path, text: str, name: str = "mine.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_of_ones_own_is_read(tmp_path):
    rows = [f'"牡丹, {i} 🌺",flower' for i in range(5)] + [f"ship {i},sea" for i in range(10)]
    task = read_labels(table(tmp_path, "\n".join(["text,label", *rows])))
    assert task.classes == ("flower", "sea")
    assert [len(part) for part in (task.train, task.validation, task.test)] == [9, 3, 3]
    assert len(texts_of(task)) == 15
    assert "牡丹, 0 🌺" in texts_of(task)


def test_groups_are_not_torn_apart_and_tabs_are_read(tmp_path):
    rows = [f"text {i}\t{'ab'[i % 2]}\tauthor {i % 10}" for i in range(60)]
    task = read_labels(table(tmp_path, "\n".join(["text\tlabel\tgroup", *rows]), "mine.tsv"))
    groups = [{one.group for one in part} for part in (task.train, task.validation, task.test)]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 10


def test_a_table_may_say_what_is_held_out(tmp_path):
    rows = [f"text {i},{'ab'[i % 2]},{('train', 'validation', 'test')[i // 4]}" for i in range(12)]
    task = read_labels(table(tmp_path, "\n".join(["text,label,split", *rows])))
    assert [one.text for one in task.test] == ["text 8", "text 9", "text 10", "text 11"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "text is missing"),
        ("words,label\na,b\n", "text is missing"),
        ("text,label\n" + "a,b\n" * 5, "two labels or more"),
        ("text,label\n" + "a,b\n" * 5 + "c,d\n" * 4, "d: 4"),
        ("text,label\na,b\n,c\n", "text 2 .* empty field"),
        ("text,label\na,b,c\n", "text 1 .* more or fewer fields"),
        ("text,label,split\n" + "a,b,later\nc,d,train\n" * 5, "it has 'later'"),
        ("text,label,split\n" + "a,b,train\nc,d,train\n" * 5, "validation part .* no text"),
    ],
)
def test_a_table_that_cannot_be_used_is_explained(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        read_labels(table(tmp_path, content))


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"ends in .csv or .tsv"):
        read_labels(table(tmp_path, "x", "mine.xlsx"))


# --- surgery


@pytest.mark.parametrize("positions", [None, RotaryPositions])
@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_block_that_begins_as_the_identity_changes_no_logit(positions, at):
    model = gpt(**({"positions": positions} if positions else {}))
    longer = insert_layer(model, at, seed=None)
    assert longer.cfg.n_layers == 4
    assert torch.equal(longer(tokens()), model(tokens()))
    assert not torch.equal(insert_layer(model, at, seed=0)(tokens()), model(tokens()))
    one_block = sum(weight.numel() for weight in model.blocks[0].parameters())
    assert longer.n_parameters - model.n_parameters == one_block
    longer(tokens()).sum().backward()
    assert longer.blocks[at].attn.W_O.grad is not None


def test_dropping_what_was_inserted_gives_the_model_back():
    model = gpt()
    for at in range(4):
        again = drop_layers(insert_layer(model, at, seed=5), [at])
        assert checkpoints.fingerprint(again) == checkpoints.fingerprint(model)


def test_swapping_twice_changes_nothing_and_once_does():
    model = gpt()
    once = swap_layers(model, 0, 2)
    assert torch.equal(once.blocks[0].mlp.W_in, model.blocks[2].mlp.W_in)
    assert not torch.allclose(once(tokens()), model(tokens()))
    assert checkpoints.fingerprint(swap_layers(once, 0, 2)) == checkpoints.fingerprint(model)


def test_the_two_blocks_of_a_small_model_change_places():
    model = drop_layers(gpt(), [1])
    assert torch.equal(swap_layers(model, 0, 1).blocks[1].mlp.W_in, gpt().blocks[0].mlp.W_in)


def test_a_model_after_surgery_is_stored_and_opened(tmp_path):
    model = insert_layer(drop_layers(gpt(), [1]), 0, seed=1)
    checkpoints.save(checkpoints.Checkpoint(model, NUMBERS), tmp_path / "a.safetensors")
    assert torch.equal(
        checkpoints.read(tmp_path / "a.safetensors").model(tokens()), model(tokens())
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model: drop_layers(model, [0, 1, 2]), "one at least has to stay"),
        (lambda model: drop_layers(model, [3]), "blocks 0 to 2; got"),
        (lambda model: swap_layers(model, 0, -1), "blocks 0 to 2"),
        (lambda model: insert_layer(model, 4, seed=0), "after 0 to 3"),
        (lambda model: moved_into(model, replace(CFG, n_layers=4)), "n_layers 3 → 4"),
        (
            lambda model: moved_into(model, replace(CFG, d_vocab=13)),
            r"W_E is \(12, 16\).*\(13, 16\)",
        ),
    ],
)
def test_surgery_that_cannot_be_done_is_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call(gpt())


def test_weights_move_into_equal_sizes():
    model = gpt()
    moved = moved_into(model, replace(CFG, dropout=0.1))
    assert torch.equal(moved.eval()(tokens()), model(tokens()))


def test_a_fine_tuned_body_still_predicts_tokens():
    run = run_of(LoRA(rank=2), n_steps=5)
    list(train(run))
    body = without_head(merged(run.model))
    text = labelled_split([[1, 2, 3, 4]], [0], 12)
    assert math.isfinite(evaluate(body, replace(text, ids=text.ids[:-1])).loss)
    assert Recipe(batch_size=32, matrix_lr=0.0).matrix_lr == LoRA().recipe.matrix_lr
