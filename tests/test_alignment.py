"""Preferences, rewards, DPO and policy gradients: against hand-worked numbers and enumeration."""

import math
from copy import deepcopy
from itertools import islice, product

import pytest
import torch

from gptlab import GPT, GPTConfig, checkpoints
from gptlab.experiments import aligning, alignment, recorded
from gptlab.experiments import dpo as dpo_experiment
from gptlab.finetuning import ChatTemplate, with_chat_tokens
from gptlab.finetuning.dpo import dpo, dpo_loss
from gptlab.finetuning.policy import advantages, exact_kl, policy_loss, reinforce, sampled_kl
from gptlab.finetuning.preferences import Preference, as_batch, chance, preferences, whole_texts
from gptlab.finetuning.rewards import (
    agreement,
    bradley_terry_loss,
    fit_rewards,
    reward_model,
    rewards,
)
from gptlab.finetuning.rollouts import Rollouts, log_probs, prompts_of_one_length, roll_out
from gptlab.finetuning.rules import Courtesy, judged, texts_of
from gptlab.objectives import NOT_ASKED
from gptlab.positions import RotaryPositions
from gptlab.tokenizers import ByteBPE
from gptlab.training import Recipe

RECIPE = Recipe(batch_size=16, matrix_lr=0.0, lr=5e-3)


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def chat() -> tuple[GPT, ChatTemplate]:
    cfg = GPTConfig(d_vocab=256, n_ctx=24, d_model=16, n_layers=1, n_heads=2)
    body = GPT(cfg, positions=RotaryPositions, generator=drawn())
    model, tokenizer = with_chat_tokens(body, ByteBPE(name="bytes", merges=()))
    return model, ChatTemplate(tokenizer)


# DPO


def test_dpo_by_hand() -> None:
    """The model gained 2 nats on the better reply and lost 1 on the worse: a margin of 3.

    At β = 0.5 the loss is −ln σ(1.5) = ln(1 + e^−1.5) = 0.2014, and its gradient with respect to
    the two log-probabilities is ∓β σ(−1.5) = ∓0.5 · 0.1824 = ∓0.0912.
    """
    better = torch.tensor([-3.0], dtype=torch.float64, requires_grad=True)
    worse = torch.tensor([-6.0], dtype=torch.float64, requires_grad=True)
    reference = torch.tensor([-5.0], dtype=torch.float64)
    loss = dpo_loss(better, worse, reference, reference, beta=0.5)
    loss.sum().backward()
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-1.5)), abs=1e-12)
    assert better.grad is not None and worse.grad is not None
    expected = 0.5 / (1 + math.exp(1.5))
    assert better.grad.item() == pytest.approx(-expected, abs=1e-12)
    assert worse.grad.item() == pytest.approx(expected, abs=1e-12)
    assert round(expected, 4) == 0.0912


def test_dpo_is_bradley_terry_on_the_reward_that_it_implies() -> None:
    """Rafailov et al., equation 6: the reward is β ln (π / π_ref), up to a term of the prompt."""
    ours, theirs = torch.randn(2, 2, 50, generator=drawn(), dtype=torch.float64)
    implied = 0.3 * (ours - theirs)
    torch.testing.assert_close(
        dpo_loss(ours[0], ours[1], theirs[0], theirs[1], beta=0.3),
        bradley_terry_loss(implied[0], implied[1]),
    )


def test_dpo_prefers_what_was_preferred(chat: tuple[GPT, ChatTemplate]) -> None:
    model, template = chat
    end = max(template.ids.values())
    prompt = (256, 257, 97, 258)
    pairs = [Preference(prompt, (98, end), (99, end)), Preference(prompt, (98, 98, end), (end,))]
    policy = deepcopy(model)
    before = model.state_dict()["W_E"].clone()
    steps = [*dpo(policy, model, pairs, n_steps=15, beta=0.1, recipe=RECIPE, generator=drawn())]
    assert steps[0].loss == pytest.approx(math.log(2), abs=1e-5)
    assert (steps[0].better, steps[0].worse) == (0, 0)
    assert steps[-1].loss < steps[0].loss
    assert steps[-1].right == 1
    assert torch.equal(model.state_dict()["W_E"], before)


def test_dpo_without_pairs_or_beta_is_refused(chat: tuple[GPT, ChatTemplate]) -> None:
    model, _template = chat
    with pytest.raises(ValueError, match=r"β=0.0 and 0 pairs"):
        next(dpo(model, model, [], n_steps=1, beta=0.0, recipe=RECIPE, generator=drawn()))


# Preferences and the reward model


def test_a_labeller_is_surer_of_wider_gaps() -> None:
    """σ(2) = 0.8808: a gap of 1 at T = 0.5."""
    assert chance(1.0, 0.0, 0.5) == pytest.approx(1 / (1 + math.exp(-2)))
    assert chance(0.0, 1.0, 0.5) == pytest.approx(1 - chance(1.0, 0.0, 0.5))
    assert [chance(a, 0.5, 0.0) for a in (0.4, 0.5, 0.6)] == [0, 0.5, 1]


def test_pairs_hold_two_different_replies_and_slips_are_as_frequent_as_they_should_be(
    chat: tuple[GPT, ChatTemplate],
) -> None:
    """The rule counts letters z: 0 or 1. At T = 0.5 a gap of 1 is told wrongly in 12 %."""
    model, template = chat
    end = max(template.ids.values())

    def rule(text: str) -> float:
        return float(len(text) > 4)

    every = preferences(
        model,
        template,
        [[256, 257, 97, 258], [256, 257, 97, 98, 258]],
        rule,
        n_tokens=8,
        temperature=0.5,
        generator=drawn(),
    )
    pairs = [*islice(every, 400)]
    wrong = 0
    for pair in pairs:
        texts = [
            template.tokenizer.decode(template.until_a_chat_token(reply))
            for reply in (pair.better, pair.worse)
        ]
        assert rule(texts[0]) != rule(texts[1])
        wrong += rule(texts[0]) < rule(texts[1])
        assert pair.prompt[-1] == 258
    assert end == 259
    assert wrong / len(pairs) == pytest.approx(1 / (1 + math.exp(2)), abs=0.05)


def test_whole_texts_end_where_their_replies_end() -> None:
    pairs = [Preference((7, 8), (1, 2), (3,)), Preference((7, 8), (1, 2, 3), (4, 5))]
    tokens, last = whole_texts(as_batch(pairs))
    rows = [row[: place + 1].tolist() for row, place in zip(tokens, last, strict=True)]
    assert rows == [[7, 8, 1, 2], [7, 8, 1, 2, 3], [7, 8, 3], [7, 8, 4, 5]]


def test_bradley_terry_by_hand() -> None:
    """−ln σ(2) = ln(1 + e^−2) = 0.1269."""
    loss = bradley_terry_loss(torch.tensor([3.0]), torch.tensor([1.0]))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-2)), abs=1e-6)


def test_padding_and_other_rows_do_not_move_a_reward(chat: tuple[GPT, ChatTemplate]) -> None:
    model, _template = chat
    judge = reward_model(model)
    torch.nn.init.normal_(judge.W_head, generator=drawn(1))
    short, long = Preference((7, 8), (1,), (2,)), Preference((7, 8), (1, 2, 3, 4), (5, 6))
    alone = rewards(judge, as_batch([short]))
    beside = rewards(judge, as_batch([short, long]))
    torch.testing.assert_close(beside[[0, 2]], alone)


def test_a_reward_model_finds_the_rule_behind_preferences(chat: tuple[GPT, ChatTemplate]) -> None:
    """The preferred reply is always the one with a 98 in it; unseen pairs have other tokens."""
    model, _template = chat
    generator = drawn()
    pairs = []
    for _ in range(120):
        first, second = torch.randint(100, 150, (2, 4), generator=generator).tolist()
        first[int(torch.randint(4, (), generator=generator))] = 98
        pairs.append(Preference((256, 257, 97, 258), tuple(first), tuple(second)))
    judge = reward_model(model)
    assert agreement(judge, pairs[100:]) == 0.5
    steps = [*fit_rewards(judge, pairs[:100], n_steps=80, recipe=RECIPE, generator=drawn())]
    assert steps[0].loss == pytest.approx(math.log(2), abs=1e-5)
    assert agreement(judge, pairs[100:]) > 0.9
    with pytest.raises(ValueError, match="there are none"):
        next(fit_rewards(judge, [], n_steps=1, recipe=RECIPE, generator=drawn()))


# The rule


def test_courtesy_by_hand() -> None:
    rule = Courtesy()
    assert rule("Begone!") == 0
    assert rule("Good, GOOD, good my lord.") == pytest.approx(1 / 3)  # "lord" is no such word
    assert rule("Good sir, I thank thee, dear friend.") == 1
    assert rule("goodness") == 0
    assert rule("你好 🌙") == 0
    with pytest.raises(ValueError, match="at least one word"):
        Courtesy(words=())


# Rollouts and the policy gradient


def test_rollouts_stop_at_a_chat_token_and_know_their_probability(
    chat: tuple[GPT, ChatTemplate],
) -> None:
    model, template = chat
    prompts = torch.tensor([[256, 257, 97, 258]]).repeat(64, 1)
    found = roll_out(model, template, prompts, 8, generator=drawn())
    for i in range(64):
        tokens = found.tokens(i)
        assert all(token < 256 for token in tokens[:-1])
        assert tokens[-1] >= 256 or len(tokens) == found.replies.shape[1]
    inputs, targets = found.batch
    row = int(found.said.sum(1).argmax())
    logs = model(torch.tensor([[*prompts[row].tolist(), *found.tokens(row)]]))[0].log_softmax(-1)
    by_hand = sum(logs[3 + i, token].item() for i, token in enumerate(found.tokens(row)))
    chosen = log_probs(model(inputs), targets).sum(1)
    assert chosen[row].item() == pytest.approx(by_hand, abs=1e-4)
    assert len(texts_of(found, template)) == len(judged(found, template, Courtesy())) == 64
    with pytest.raises(ValueError, match="do not fit n_ctx=24"):
        roll_out(model, template, prompts, 22, generator=drawn())


def test_prompts_drawn_together_have_one_length() -> None:
    prompts = [[1], [2, 2], [3, 3], [4, 4, 4]]
    for seed in range(8):
        rows = prompts_of_one_length(prompts, 5, drawn(seed)).tolist()
        assert {len(row) for row in rows} == {len(rows[0])}
        assert all(row in prompts for row in rows)


def test_advantages_by_hand() -> None:
    """3 against the mean of 1 and 2, 1 against that of 3 and 2, 2 against that of 3 and 1."""
    assert advantages(torch.tensor([3.0, 1.0, 2.0])).tolist() == [1.5, -1.5, 0.0]


def test_the_policy_gradient_points_along_the_gradient_of_the_expectation() -> None:
    """Replies of one token out of three, two drawn: all nine draws, weighted by their chance.

    The mean of the loss's gradients is −∇ (E[r] − β KL(π ‖ π_ref)), to the last digit.
    """
    start = torch.tensor([0.3, -0.2, 0.5], dtype=torch.float64)
    reference = torch.tensor([0.1, 0.4, -0.3], dtype=torch.float64).log_softmax(0)
    worth, beta = torch.tensor([1.0, 0.0, 0.25], dtype=torch.float64), 0.3

    logits = start.clone().requires_grad_()
    p = logits.softmax(0)
    goal = (p * worth).sum() - beta * (p * (p.log() - reference)).sum()
    (expected,) = torch.autograd.grad(-goal, logits)

    mean = torch.zeros(3, dtype=torch.float64)
    for draw in product(range(3), repeat=2):
        logits = start.clone().requires_grad_()
        chosen = logits.log_softmax(0)[list(draw)][:, None]
        loss = policy_loss(chosen, reference[list(draw)][:, None], worth[list(draw)], beta)
        (gradient,) = torch.autograd.grad(loss, logits)
        mean += chosen.detach().exp().prod() * gradient
    torch.testing.assert_close(mean, expected)


def test_sampled_and_exact_divergence_agree_on_average(chat: tuple[GPT, ChatTemplate]) -> None:
    """Over all replies of one token, weighted by their chance, the sampled one is the exact one."""
    model, _template = chat
    other = deepcopy(model)
    with torch.no_grad():
        other.W_E.add_(torch.randn(other.W_E.shape, generator=drawn(2)) * 0.1)
    prompts = torch.tensor([[256, 257, 97, 258]]).repeat(260, 1)
    every = Rollouts(prompts, torch.arange(260)[:, None], torch.ones(260, 1, dtype=torch.bool))
    inputs, targets = every.batch
    ours, theirs = other(inputs), model(inputs)
    chosen = log_probs(ours, targets)
    sampled = sampled_kl(chosen, log_probs(theirs, targets))
    exact = exact_kl(ours, theirs, targets)
    mean = (chosen.sum(1).exp() * sampled).sum()
    torch.testing.assert_close(mean, exact[0])
    assert exact.min() > 0
    assert exact_kl(ours, ours, targets).abs().max() < 1e-6
    assert sampled.min() < 0
    assert int((targets != NOT_ASKED).sum()) == 260


@pytest.mark.parametrize(("beta", "moves"), [(0.0, True), (10.0, False)])
def test_rewards_move_a_policy_and_a_high_price_keeps_it(
    chat: tuple[GPT, ChatTemplate], beta: float, moves: bool
) -> None:
    """The reward is 1 for replies that begin with the byte 98; at first that is 1 in 260."""
    model, template = chat

    def begins_with_b(rollouts: Rollouts) -> torch.Tensor:
        return (rollouts.replies[:, 0] < 128).float()

    policy = deepcopy(model)
    steps = [
        *reinforce(
            policy,
            model,
            template,
            [[256, 257, 97, 258], [256, 257, 97, 97, 258]],
            begins_with_b,
            n_steps=40,
            n_tokens=3,
            beta=beta,
            recipe=Recipe(batch_size=32, matrix_lr=0.0, lr=1e-2),
            generator=drawn(),
        )
    ]
    first, last = ([step.reward for step in some] for some in (steps[:5], steps[-5:]))
    gained = (sum(last) - sum(first)) / 5
    assert steps[0].exact_kl == pytest.approx(0, abs=1e-6)
    assert steps[0].sampled_kl == pytest.approx(0, abs=1e-5)
    if moves:
        assert gained > 0.3
        assert steps[-1].exact_kl > 0.3
    else:
        assert gained < 0.2
        assert steps[-1].exact_kl < 0.2


def test_one_reply_alone_cannot_be_compared(chat: tuple[GPT, ChatTemplate]) -> None:
    model, template = chat
    with pytest.raises(ValueError, match="at least 2, got 1"):
        next(
            reinforce(
                model,
                model,
                template,
                [[256]],
                lambda rollouts: torch.zeros(1),
                n_steps=1,
                n_tokens=1,
                beta=0.0,
                recipe=Recipe(batch_size=1),
                generator=drawn(),
            )
        )


# What was recorded


def test_alignment_came_out_as_its_record_says() -> None:
    """Bounds that every seed keeps with room to spare; the record holds the numbers."""
    result = recorded("alignment")
    for run in result.runs:
        found = run.numbers
        assert found["replies: after"] < found["replies: before"] - 0.5
        assert found["reward model: unseen"] > 0.55
        assert found["kl: sft"] == pytest.approx(0, abs=1e-6)
        for beta in alignment.BETAS:
            assert found[f"rule: {alignment.name(beta)}"] > found["rule: sft"]
        free, dear = alignment.name(alignment.BETAS[0]), alignment.name(alignment.BETAS[-1])
        assert found[f"kl: {free}"] > 3 * found[f"kl: {dear}"]
        assert found[f"distinct: {free}"] < found[f"distinct: {dear}"]
    assert set(alignment.differences(result.runs[0].numbers)) == {"rule", "kl"}


def test_dpo_came_out_as_its_record_says() -> None:
    """The rule is followed, both kinds of replies become less likely, and replies grow longer."""
    result = recorded("dpo")
    cling, loose = (dpo_experiment.name(beta) for beta in sorted(dpo_experiment.BETAS)[::-1])
    for run in result.runs:
        found = run.numbers
        first, *_, last = found[f"curve of loss: {loose}"]
        assert last < first
        assert found[f"rule: {loose}"] > found[f"rule: {cling}"] > found["rule: sft"] + 0.1
        assert found[f"kl: {loose}"] > found[f"kl: {cling}"] > 1
        assert found[f"curve of worse: {loose}"][-1] < found[f"curve of better: {loose}"][-1] < 0
        assert found[f"length: {loose}"] > found["length: sft"] + 3
        assert found[f"finished: {loose}"] < found["finished: sft"]


def test_the_shared_beginning_measures_what_it_says() -> None:
    """A reference is no distance from itself, and most cues of the plays fit a prompt whole."""
    given = aligning.cues()
    assert len(given.learned) > 4000
    assert len(given.unseen) > 300
    ids = given.template.ids
    assert all(prompt[0] == ids["<|begin|>"] for prompt in given.unseen)
    assert max(map(len, given.learned)) <= aligning.ROOM
    body, _tokenizer = with_chat_tokens(*checkpoints.load(aligning.MODEL, device="cpu"))
    found = aligning.looked_at(body, body, 0)
    assert found["kl"] == pytest.approx(0, abs=1e-5)
    assert 0 < found["distinct"] <= 1
    assert found["length"] <= aligning.N_TOKENS
