/** Let the keyboard reach what scrolls sideways, and only that. */
export function followScrolling() {
  const watcher = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));
  for (const box of document.querySelectorAll(".gptlab-scroll, pre")) watcher.observe(box);
}

/** @param {HTMLElement} box */
function mark(box) {
  if (box.scrollWidth <= box.clientWidth) {
    for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    return;
  }
  box.tabIndex = 0;
  if (!box.dataset.label) return; // text speaks for itself
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", box.querySelector("caption")?.textContent || box.dataset.label);
}
