// @ts-check
/** Colours of the design tokens as a canvas needs them: resolved, in light and in dark. */

/** @param {HTMLElement} root */
export function readColours(root) {
  const probe = document.createElement("span");
  probe.hidden = true;
  root.append(probe);
  /** @param {string} name */
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    ground: read("surface"),
    ink: read("ink-soft"),
    line: read("line"),
    strong: read("line-strong"),
    up: read("chart-up"),
    down: read("chart-down"),
    volume: read("chart-volume"),
    equity: read("accent"),
    hold: read("ink-faint"),
    drawdown: read("chart-down"),
    drawdownFill: read("bad-wash"),
    buy: read("good"),
    sell: read("bad"),
    lines: [1, 2, 3, 4, 5, 6].map((number) => read(`chart-${number}`)),
  };
  probe.remove();
  return colours;
}

/** @typedef {ReturnType<typeof readColours>} Colours */

/**
 * Call back when the page turns light or dark.
 * @param {() => void} changed
 */
export function onColoursChanged(changed) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
