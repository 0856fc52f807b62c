import { VERDICTS } from "../lib/claiming.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";
import { keepingFocus, votingPart } from "./voting.js";

/**
 * Claims, each with buttons to vote; the verdict comes after the vote.
 * @param {Record<string, any>} words
 * @param {ReturnType<typeof import("../lib/numbers.js").formatted>} format
 * @param {{vote: (id: string, verdict: string) => void, turn: (page: number) => void, forget: () => void,
 *   placed: (said: [string, number]) => string, linked: (lesson: string, cell: string) => string}} act
 */
export function claimList(words, format, { vote, turn, forget, placed, linked }) {
  const list = make("ol", { className: "claims" });
  const [range, score] = [make("span", { className: "range" }), make("p", { className: "score", role: "status" })];
  const [back, on] = [words.previous, words.next].map((textContent) => make("button", { type: "button", textContent }));
  const clear = make("button", { type: "button", textContent: words.forget });
  const element = titledPart("list", words.list, score, list, make("div", { className: "turning" }, back, range, on, clear)).element;
  let now = { shown: 0, last: 0 };
  back.addEventListener("click", () => { if (now.shown > 0) turn(now.shown - 1); });
  on.addEventListener("click", () => { if (now.shown < now.last) turn(now.shown + 1); });
  clear.addEventListener("click", forget);

  function evidence({ lesson, cell, measured, expected }) {
    const link = make("a", { href: linked(lesson, cell), target: "_blank", rel: "noopener", textContent: filled(words.go_to_cell, { number: String(Number(lesson.slice(0, 2))) }) });
    const value = measured ? [make("bdi", { textContent: measured }), ` (${filled(words.expected, { text: expected })}) `] : [];
    return make("li", {}, ...value, link);
  }

  function row(title, ...content) {
    return [make("dt", { textContent: title }), make("dd", {}, ...content)];
  }

  function revealed(claim, chosen) {
    const verdict = make("strong", { textContent: words.verdicts[claim.verdict] });
    const vote = chosen === claim.verdict ? words.voted_right : filled(words.voted_other, { text: words.verdicts[chosen] ?? "" });
    const shown = claim.shown.length ? [make("ul", { className: "evidence" }, ...claim.shown.map(evidence))] : [];
    const state = { measured: "", cited: words.not_measured, open: claim.reason }[claim.state];
    return make("div", { className: `outcome of-${VERDICTS.indexOf(claim.verdict)}` },
      make("p", {}, verdict, chosen ? ` ${vote}` : ""),
      make("dl", {}, ...row(words.fact, claim.fact),
        ...row(words.measured, ...(state ? [make("p", { textContent: state })] : []), ...shown), ...row(words.source, claim.source)));
  }

  function item(claim, chosen, reveal) {
    const places = claim.said.map(placed).join("; ");
    const box = make("div", { "aria-live": "polite" });
    if (chosen || reveal) box.append(revealed(claim, chosen));
    return make("li", {}, make("p", { className: "says", textContent: claim.says }),
      make("p", { className: "note", textContent: filled(words.said_in, { text: places }) }),
      votingPart(words.vote, VERDICTS.map((each) => [each, words.verdicts[each]]), chosen, (verdict) => vote(claim.id, verdict), claim.id), box);
  }

  function draw(page, n, votes, reveal, { votes: voted, right }) {
    now = page;
    list.start = page.first + 1;
    keepingFocus(list, () => list.replaceChildren(...page.claims.map((claim) => item(claim, votes[claim.id], reveal))));
    const end = page.first + page.claims.length;
    range.textContent = n ? filled(words.page, { first: format.count(page.first + 1), end: format.count(end) }) : "";
    back.setAttribute("aria-disabled", String(page.shown === 0));
    on.setAttribute("aria-disabled", String(page.shown === page.last));
    clear.setAttribute("aria-disabled", String(voted === 0));
    score.textContent = filled(words.score, { n: format.count(voted), count: format.count(right) });
  }
  return { element, draw };
}
