import { make } from "../lib/view.js";

/**
 * Buttons of which one is chosen. The group says what is asked; the chosen one is pressed.
 * @param {string} label
 * @param {[string, string][]} options value and words, in order: a stored notebook sorts keys
 * @param {string | undefined} chosen
 * @param {(value: string) => void} vote
 * @param {string} key names each button, so that the focus can come back to it
 */
export function votingPart(label, options, chosen, vote, key) {
  const buttons = options.map(([value, textContent]) => {
    const button = make("button", { type: "button", textContent, "aria-pressed": chosen === value });
    button.dataset.key = `${key}/${value}`;
    button.addEventListener("click", () => vote(value));
    return button;
  });
  return make("div", { className: "votes", role: "group", "aria-label": label }, ...buttons);
}

/** Draw anew, and leave the focus on the element of the same key. */
export function keepingFocus(root, draw) {
  const key = root.contains(root.ownerDocument.activeElement) ? root.ownerDocument.activeElement.dataset.key : "";
  draw();
  if (key) root.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}
