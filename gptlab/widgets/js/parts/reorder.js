import { moved } from "../lib/cursor.js";
import { movedPlace, relocated } from "../lib/positionmath.js";
import { filled } from "../lib/text.js";
import { make } from "../lib/view.js";
import { titledPart } from "./titled.js";

/**
 * Tokens that can be dragged, or moved with Alt and the arrow keys, into another order.
 * @param {Record<string, string>} words
 * @param {(order: number[]) => void} onOrder gets which token stands at each place
 */
export function reorderPart(words, onOrder) {
  const list = make("div", { className: "chips", role: "listbox", "aria-orientation": "horizontal" });
  const said = make("p", { className: "chosen", "aria-live": "polite", textContent: words.order_help });
  const button = (textContent, order) => {
    const element = make("button", { type: "button", textContent });
    element.addEventListener("click", () => put(order()));
    return element;
  };
  const typed = () => places.map((_, i) => i);
  const buttons = make("div", { className: "buttons" },
    button(words.put_back, typed),
    button(words.reverse, () => [...places].reverse()),
    button(words.swap_ends, () => places.map((place, i) => (i === 0 ? places.at(-1) : i === places.length - 1 ? places[0] : place))));
  const { element } = titledPart("reorder", words.order_title, list, said, buttons);
  let [names, places, at] = [[], [], 0];
  let dragged = null; // the token that is held, and the order that it was taken from

  /** @param {{names: string[], answer: {places: number[]}}} shown */
  function draw({ names: newNames, answer }) {
    if (dragged) return; // what is held stays in the hand
    [names, places] = [newNames, answer.places];
    at = Math.min(at, Math.max(places.length - 1, 0));
    lay();
  }

  function lay() {
    const hadFocus = list.contains(document.activeElement);
    const n = places.length;
    list.replaceChildren(...places.map((place, i) => {
      const values = { token: names[place], first: i + 1, second: place + 1, n };
      const chip = make("bdi", {
        className: `chip${place === i ? "" : " is-moved"}`, role: "option", tabIndex: i === at ? 0 : -1, textContent: names[place],
        "aria-label": filled(words.token_at, values), "aria-selected": i === at,
      });
      chip.classList.toggle("is-held", dragged?.place === place);
      return chip;
    }));
    list.setAttribute("aria-label", filled(words.order_list, { n }));
    if (hadFocus) list.children[at]?.focus();
  }

  function put(order) {
    places = order;
    lay();
    onOrder(order);
  }

  function say(i) {
    said.textContent = filled(words.moved_to, { token: names[places[i]], first: i + 1, n: places.length });
  }

  function choose(i) {
    [...list.children].forEach((chip, j) => {
      chip.tabIndex = j === i ? 0 : -1;
      chip.setAttribute("aria-selected", String(j === i));
    });
    at = i;
  }

  list.addEventListener("focusin", (event) => {
    const i = [...list.children].indexOf(event.target);
    if (i >= 0) choose(i);
  });
  list.addEventListener("keydown", (event) => {
    const to = event.altKey ? movedPlace(event.key, at, places.length) : moved(event.key, at, places.length);
    if (to === null) return;
    event.preventDefault();
    if (!event.altKey) {
      list.children[to].focus();
    } else if (to !== at) {
      const order = relocated(places, at, to);
      at = to;
      put(order);
      say(to);
    }
  });

  /** The place whose chip is nearest to the pointer. */
  function placeUnder({ clientX, clientY }) {
    const away = [...list.children].map((chip) => {
      const { left, right, top, bottom } = chip.getBoundingClientRect();
      return Math.hypot(clientX - (left + right) / 2, 2 * (clientY - (top + bottom) / 2));
    });
    return away.indexOf(Math.min(...away));
  }

  list.addEventListener("pointerdown", (event) => {
    const i = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (i < 0 || event.button !== 0) return;
    event.preventDefault(); // no text is selected while a token is dragged
    list.children[i].focus();
    dragged = { place: places[i], from: places };
    list.setPointerCapture(event.pointerId);
    lay();
  });
  list.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const [from, to] = [places.indexOf(dragged.place), placeUnder(event)];
    if (to === from) return;
    places = relocated(places, from, to);
    at = to;
    lay();
    say(to);
  });
  const drop = (isKept) => () => {
    if (!dragged) return;
    const { from } = dragged;
    dragged = null;
    if (!isKept) places = from;
    const isNew = String(places) !== String(from);
    lay();
    if (isNew) onOrder(places);
  };
  list.addEventListener("pointerup", drop(true));
  list.addEventListener("pointercancel", drop(false));
  return { element, draw };
}
