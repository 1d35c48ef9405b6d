// @ts-check
/** From change to change of a comparison, by button or with the keys n and p. */

/** @param {Document} root */
export function walkChanges(root) {
  const changes = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-change]")]);
  const steps = /** @type {HTMLElement | null} */ (root.querySelector("[data-steps]"));
  if (!changes.length || !steps) return;
  steps.hidden = false;
  steps.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-step]");
    if (button instanceof HTMLElement) go(Number(button.dataset.step));
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (/** @type {Element} */ (event.target).closest?.("input, textarea, select, [contenteditable]")) return;
    if (event.key === "n") go(1);
    else if (event.key === "p") go(-1);
  });

  let at = -1;

  /** @param {number} step */
  function go(step) {
    const focused = changes.findIndex((change) => change === document.activeElement);
    if (focused !== -1) at = focused;
    at = at === -1 && step < 0 ? changes.length - 1 : (at + step + changes.length) % changes.length;
    changes[at].focus({ preventScroll: true });
    changes[at].scrollIntoView({ block: "nearest" });
  }
}
