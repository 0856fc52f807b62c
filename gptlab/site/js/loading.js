import { asset } from "../../widgets/js/page/assets.js";

/**
 * Run a classic script that travels as an asset.
 * @param {string} name such as `script/plotly`
 */
export async function runAsset(name) {
  const script = document.createElement("script");
  script.textContent = new TextDecoder().decode(await asset(name));
  document.head.append(script);
}
