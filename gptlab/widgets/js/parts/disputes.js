import { ANSWERS } from "../lib/claiming.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";
import { keepingFocus, votingPart } from "./voting.js";

/**
 * Two sentences that contradict each other: the reader chooses, then sees what decides.
 * @param {Record<string, any>} words
 * @param {{count: (n: number) => string}} format
 * @param {{vote: (id: string, answer: string) => void, turn: (index: number) => void,
 *   seek: (id: string) => void, placed: (said: [string, number]) => string}} act
 */
export function disputesPart(words, format, { vote, turn, seek, placed }) {
  const body = make("div", { className: "dispute" });
  const number = make("span", { className: "number" });
  const [back, on] = [words.previous, words.next].map((textContent) => make("button", { type: "button", textContent }));
  const element = titledPart("disputes", words.disputes, make("p", { className: "note", textContent: words.disputes_help }), body,
    make("div", { className: "turning" }, back, number, on)).element;
  let [index, total] = [0, 1];
  back.addEventListener("click", () => turn((index + total - 1) % total));
  on.addEventListener("click", () => turn((index + 1) % total));

  function statement(each, which, i) {
    return make("blockquote", { className: which }, make("p", { textContent: each[which] }),
      make("p", { className: "note", textContent: placed(each.said[i]) }));
  }

  function outcome(each, chosen, byId) {
    if (!chosen) return [];
    const values = { text: words.answers[chosen], name: words.answers[each.answer] };
    const right = chosen === each.answer;
    const links = each.claims.filter((id) => byId.has(id)).map((id) => {
      const link = make("button", { type: "button", textContent: byId.get(id).says });
      link.addEventListener("click", () => seek(id));
      return make("li", {}, link);
    });
    return [
      make("p", { className: right ? "agreed" : "disagreed", textContent: filled(right ? words.agreed : words.disagreed, values) }),
      make("p", { textContent: each.because }),
      make("p", { className: "note", textContent: words.decided_by }), make("ul", { className: "links" }, ...links)];
  }

  function draw(disputes, at, votes, byId) {
    total = disputes.length;
    index = Math.min(at, total - 1);
    const each = disputes[index];
    const chosen = votes[`dispute:${each.id}`];
    number.textContent = filled(words.dispute_number, { number: format.count(index + 1), total: format.count(total) });
    keepingFocus(body, () => body.replaceChildren(
      make("p", { className: "question", textContent: each.question }),
      make("div", { className: "pair" }, statement(each, "first", 0), statement(each, "second", 1)),
      votingPart(words.your_answer, ANSWERS.map((each) => [each, words.answers[each]]), chosen, (answer) => vote(`dispute:${each.id}`, answer), each.id),
      make("div", { className: "outcome", "aria-live": "polite" }, ...outcome(each, chosen, byId))));
  }
  return { element, draw };
}
