const KEPT = "gptlab-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * Let the button choose between light and dark; until it is pressed, the system's choice holds.
 * A site's own theme brings its own switch.
 */
export function followTheme() {
  const button = document.querySelector("button.gptlab-theme");
  if (!button) return;
  const show = () => {
    const theme = kept() ?? (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    button.setAttribute("aria-pressed", String(theme === "dark"));
  };
  button.addEventListener("click", () => {
    keep(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    show();
  });
  dark.addEventListener("change", show);
  button.hidden = false;
  show();
}

/** Paper is white: print in light colours, whatever the screen shows. */
export function printInLight() {
  const paper = matchMedia("print");
  const { dataset } = document.documentElement;
  let before;
  paper.addEventListener("change", () => {
    if (paper.matches) {
      before = dataset.theme;
      dataset.theme = "light";
    } else if (before) dataset.theme = before;
    else delete dataset.theme;
  });
}

// A browser may refuse storage to a page from disk: then the choice lasts as long as the page.
let chosen = null;

function kept() {
  try {
    return localStorage.getItem(KEPT) ?? chosen;
  } catch {
    return chosen;
  }
}

function keep(theme) {
  chosen = theme;
  try {
    localStorage.setItem(KEPT, theme);
  } catch {
    // See above.
  }
}
