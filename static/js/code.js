// @ts-check
/** Copy buttons on code blocks. */

import { gettext } from "./words.js";

/** @param {ParentNode} root */
export function addCopyButtons(root) {
  for (const caption of root.querySelectorAll("figure.code > figcaption")) {
    if (caption.querySelector("[data-copy]")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet button-small";
    button.dataset.copy = "";
    button.textContent = gettext("Copy");
    caption.append(button);
  }
}

/** @param {string} text */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // without HTTPS there is no clipboard API
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copy");
}

document.addEventListener("click", async (event) => {
  const button = /** @type {Element} */ (event.target).closest?.("[data-copy]");
  if (!(button instanceof HTMLElement)) return;
  const code = button.closest("figure.code")?.querySelector("pre code");
  try {
    await copy(code?.textContent ?? "");
    button.textContent = gettext("Copied");
  } catch {
    button.textContent = gettext("Copying is not allowed here");
  }
  window.setTimeout(() => (button.textContent = gettext("Copy")), 2_000);
});
