import { once } from "./once.js";
import { unpacked } from "./packing.js";
import { carriedBy, runBeside } from "./scripts.js";

const opened = new Map();

/**
 * The bytes of an asset, such as `model/shakespeare`; each is loaded and unpacked once.
 * @param {string} name
 * @returns {Promise<Uint8Array>}
 */
export function asset(name) {
  return once(opened, name, () => letters(name).then(unpacked));
}

/** From the page itself, or from the script beside this one; assets.py names it so. */
async function letters(name) {
  const carried = carriedBy(name);
  if (carried) return carried.textContent;
  if (!globalThis.gptlabAssets?.[name]) await runBeside(`${name.replace(/[/@]/g, "-")}.js`);
  return globalThis.gptlabAssets[name];
}
