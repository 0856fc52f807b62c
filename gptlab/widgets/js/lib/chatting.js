/*
 * A conversation as tokens, as gptlab/finetuning/chat.py writes it: `<|begin|>`, and for each exchange
 * `<|user|>` what was said `<|model|>` the reply `<|end|>`.
 */
export const CHAT_TOKENS = ["<|begin|>", "<|user|>", "<|model|>", "<|end|>"];

/** @typedef {{ said: string, reply: string, forgotten: boolean }} Turn */

/**
 * What a model is told before it replies: whole exchanges fall out, the oldest first, and only if the
 * newest message alone is too long, its beginning.
 * @param {{ encode: (text: string) => number[] }} tokenizer
 * @param {number[]} own ids of CHAT_TOKENS
 * @param {{ said: string, turns: Turn[], room: number }} conversation `room` is how many tokens fit
 * @returns {{ ids: number[], places: number[], n_fell_out: number, n_cut: number }} `places` says for
 *   each turn where it begins, or −1
 */
export function promptOf(tokenizer, [begin, user, model, end], { said, turns, room }) {
  const opening = (text) => [user, ...tokenizer.encode(text), model];
  const message = tokenizer.encode(said);
  const n_cut = Math.max(0, message.length - (room - 3));
  const newest = [user, ...message.slice(n_cut), model];
  let left = room - 1 - newest.length;
  let n_fell_out = 0;
  const written = turns.map(({ said: before, reply, forgotten }) =>
    (forgotten ? null : [...opening(before), ...tokenizer.encode(reply), end]));
  for (let i = turns.length - 1; i >= 0; i -= 1) {
    if (!written[i]) continue;
    if (n_fell_out || written[i].length > left) {
      written[i] = null;
      n_fell_out += 1;
    } else left -= written[i].length;
  }
  const ids = [begin];
  const places = written.map((exchange) => {
    if (!exchange) return -1;
    const place = ids.length;
    ids.push(...exchange);
    return place;
  });
  return { ids: [...ids, ...newest], places, n_fell_out, n_cut };
}

/**
 * Whether the turns and the message stand in the prompt, each behind its mark.
 * @param {{ ids: number[], places: number[], n_prompt: number, special: number[] }} answer
 * @returns {{ found: number, total: number }} turns in the prompt that begin with `<|user|>` where they
 *   should and end before the next one
 */
export function frames({ ids, places, n_prompt, special }) {
  const starts = places.filter((place) => place >= 0);
  const user = ids[special[1]];
  const framed = starts.filter((place) => ids[place] === user);
  const users = special.filter((place) => place < n_prompt && ids[place] === user);
  return { found: framed.length + (users.length - framed.length === 1 ? 1 : 0), total: starts.length + 1 };
}

/**
 * What the view shows of a turn: `kept`, `forgotten` by hand, or `fallen` out of the window.
 * @param {Turn} turn
 * @param {number} place
 * @returns {"kept" | "forgotten" | "fallen"}
 */
export function stateOf({ forgotten }, place) {
  if (forgotten) return "forgotten";
  return place < 0 ? "fallen" : "kept";
}
