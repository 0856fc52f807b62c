import { chosenClaims, pageOf, tallied } from "./lib/claiming.js";
import { claimsFile } from "./lib/claimsfile.js";
import { bytesOf, formatted } from "./lib/numbers.js";
import { filled } from "./lib/text.js";
import { make, mount } from "./lib/view.js";
import { filtersPart } from "./parts/claimfilters.js";
import { claimList } from "./parts/claimlist.js";
import { disputesPart } from "./parts/disputes.js";
import { savingPart } from "./parts/saving.js";

const TRAITS = ["verdict", "state_of_claim", "lesson", "article", "query", "page", "dispute", "reveal", "votes"];

function boardView(model, root) {
  const words = model.get("words");
  root.lang = words.language;
  const format = formatted(words.language);
  const data = JSON.parse(new TextDecoder().decode(bytesOf(model.get("data"))));
  const byId = new Map(data.claims.map((claim) => [claim.id, claim]));
  const now = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const vote = (id, answer) => change({ votes: { ...model.get("votes"), [id]: answer } });
  const placed = ([name, number]) => filled(words.place, { name, number: format.count(number) });
  const act = {
    vote,
    placed,
    linked: (lesson, cell) => `${lesson}${model.get("link")}${cell}`,
    turn: (page) => change({ page }),
    forget: () => change({ votes: {} }),
  };
  const seek = (id) => change({ verdict: "", state_of_claim: "", lesson: "", article: "", query: id, page: 0 });
  const disputes = disputesPart(words, format, { vote, placed, seek, turn: (dispute) => change({ dispute }) });
  const filters = filtersPart(words, format, data, change);
  const list = claimList(words, format, act);
  let [verdicts, title] = [{}, ""];
  const saving = savingPart(words, "claims", () => claimsFile(verdicts, words.verdicts, title));
  root.append(make("div", { className: "board" }, disputes.element, filters.element, list.element, saving.element));

  return () => {
    const state = now();
    const chosen = chosenClaims(data.claims, { ...state, state: state.state_of_claim });
    disputes.draw(data.contradictions, state.dispute, state.votes, byId);
    verdicts = filters.draw(state, chosen, data.claims.length);
    title = filled(words.shown_count, { shown: format.count(chosen.length), total: format.count(data.claims.length) });
    list.draw(pageOf(chosen, state.page), chosen.length, state.votes, state.reveal, tallied(data.claims, state.votes));
  };
}

export function renderClaims({ model, el }) {
  return mount({ model, el }, { name: "claims", traits: TRAITS, build: (root) => boardView(model, root) });
}
export default { render: renderClaims };
