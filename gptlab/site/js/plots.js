import { runAsset } from "./loading.js";
import { themed } from "./colours.js";

const CONFIG = { displaylogo: false, responsive: true };
const NEAR = "600px"; // start before the reader gets there

/** Draw plotly's figures when they come near; until then, and without plotly, pictures stand there. */
export function followPlots() {
  const plots = [...document.querySelectorAll(".gptlab-plotly")];
  if (!plots.length) return;
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        watcher.unobserve(target);
        draw(target).catch((error) => console.warn("The picture stays:", error));
      }
    },
    { rootMargin: NEAR },
  );
  for (const plot of plots) watcher.observe(plot);
}

/** @param {HTMLElement} plot the mount: a picture, and the figure's JSON */
async function draw(plot) {
  const { data, layout = {} } = JSON.parse(plot.querySelector("script").textContent);
  const Plotly = await plotly();
  const picture = plot.querySelector("img");
  const target = document.createElement("div");
  target.setAttribute("role", "group");
  target.setAttribute("aria-label", picture?.alt ?? "");
  plot.append(target);
  const paint = () => Plotly.react(target, data, themed(layout, getComputedStyle(plot)), CONFIG);
  await paint();
  if (picture) picture.hidden = true;
  followColours(paint);
}

/** @param {() => void} paint */
function followColours(paint) {
  const watcher = new MutationObserver(paint);
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}

let loading = null;

function plotly() {
  loading ??= runAsset("script/plotly").then(() => globalThis.Plotly);
  return loading;
}
