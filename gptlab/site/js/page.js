import { carriedBy } from "../../widgets/js/page/scripts.js";
import { runAsset } from "./loading.js";
import { followPlots } from "./plots.js";
import { followScrolling } from "./scrolling.js";
import { followTheme, printInLight } from "./theme.js";

const WIDGETS = "script/widgets";
const NARROW = "(max-width: 60rem)"; // as in css/page.css

function start() {
  // Where the contents stand above the text, they would push it out of sight.
  const contents = document.querySelector(".gptlab-contents > details");
  if (contents && matchMedia(NARROW).matches) contents.open = false;
  followTheme();
  printInLight();
  followScrolling();
  followPlots();
  // A site has a script element for the widgets; a single file holds them packed.
  if (carriedBy(WIDGETS)) runAsset(WIDGETS);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
