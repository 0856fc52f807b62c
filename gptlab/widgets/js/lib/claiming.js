// What `gptlab/widgets/claim_board_numbers.py` computes, for filters that are turned.

export const VERDICTS = ["holds", "holds with limits", "misleading", "false"];
export const STATES = ["measured", "cited", "open"];
export const ANSWERS = ["first", "second", "both", "neither"];
export const PAGE = 12; // claims on a page, as in Python

/**
 * @typedef {{id: string, lesson: string, says: string, verdict: string, state: string,
 *   said: [string, number][]}} Claim
 * @typedef {{verdict?: string, state?: string, lesson?: string, article?: string, query?: string}} Wanted
 */

/** The claims that a filter lets through. @param {Claim[]} claims @param {Wanted} wanted */
export function chosenClaims(claims, { verdict, state, lesson, article, query }) {
  const sought = folded((query ?? "").trim());
  return claims.filter((claim) =>
    (!verdict || claim.verdict === verdict) && (!state || claim.state === state)
    && (!lesson || claim.lesson === lesson)
    && (!article || claim.said.some(([name]) => name === article))
    && folded(`${claim.says}\n${claim.id}`).includes(sought));
}

/** How many claims have each verdict or state. @param {Claim[]} claims @param {"verdict" | "state"} name */
export function countedBy(claims, name) {
  const words = name === "verdict" ? VERDICTS : STATES;
  return Object.fromEntries(words.map((word) => [word, claims.filter((claim) => claim[name] === word).length]));
}

/** Votes, and those that say what the ledger says. @param {Claim[]} claims @param {Record<string, string>} votes */
export function tallied(claims, votes) {
  const voted = claims.filter(({ id }) => id in votes);
  return { votes: voted.length, right: voted.filter(({ id, verdict }) => votes[id] === verdict).length };
}

/** The page of a list that is shown, and how many there are; a page beyond the end is the last. */
export function pageOf(claims, page) {
  const last = Math.max(Math.ceil(claims.length / PAGE) - 1, 0);
  const shown = Math.min(page, last);
  return { shown, last, first: shown * PAGE, claims: claims.slice(shown * PAGE, (shown + 1) * PAGE) };
}

/** As Python's casefold for the letters that claims have. */
function folded(text) {
  return text.toLowerCase().replaceAll("ß", "ss");
}
