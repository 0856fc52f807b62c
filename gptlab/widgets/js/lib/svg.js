const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an SVG element. Text goes in as text, never as markup: learners type it.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * An SVG element as the text of a file of its own.
 * @param {SVGElement} element an `svg` with width and height
 * @returns {string}
 */
export function svgText(element) {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(element)}\n`;
}
