import { make } from "../lib/view.js";

/**
 * A part of a widget under a title. The title is no heading, since a widget cannot know which level
 * fits the page around it; it names the group.
 * @param {string} className
 * @param {string} title
 * @param {(Node | string)[]} children
 */
export function titledPart(className, title, ...children) {
  const line = make("p", { className: "part-title" });
  const element = make("div", { className: `part ${className}`, role: "group" }, line, ...children);

  function name(text) {
    line.textContent = text;
    element.setAttribute("aria-label", text);
  }
  name(title);
  return { element, name };
}
