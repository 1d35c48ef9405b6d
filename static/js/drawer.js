// @ts-check
/** A version opens beside the talk: its page's own parts in a dialog. With a modifier key the page itself opens. */

import { addCopyButtons } from "./code.js";
import { localTimes } from "./times.js";
import { gettext } from "./words.js";

/** @type {HTMLDialogElement | null} */
let dialog = null;

/** @param {HTMLElement} root */
export function openVersionsHere(root) {
  root.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("a[data-strategy-id][data-version-number]");
    if (!(link instanceof HTMLAnchorElement)) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    void open(link);
  });
}

/** @param {HTMLAnchorElement} link */
async function open(link) {
  /** @type {Element | null | undefined} */
  let part = null;
  try {
    const response = await fetch(link.href, { credentials: "same-origin" });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    part = page.querySelector("[data-version]");
  } catch {
    part = null;
  }
  if (!part) {
    location.assign(link.href);
    return;
  }
  dialog ??= make();
  const heading = part.getAttribute("data-heading") ?? "";
  /** @type {HTMLElement} */ (dialog.querySelector("h2")).textContent = heading;
  /** @type {HTMLAnchorElement} */ (dialog.querySelector("[data-page]")).href = link.href;
  const body = /** @type {HTMLElement} */ (dialog.querySelector(".drawer-body"));
  body.replaceChildren(document.importNode(part, true));
  body.scrollTop = 0;
  addCopyButtons(body);
  localTimes(body);
  dialog.showModal();
}

function make() {
  const made = document.createElement("dialog");
  made.className = "drawer";
  made.setAttribute("aria-labelledby", "drawer-heading");
  const head = document.createElement("header");
  head.className = "drawer-head";
  const heading = document.createElement("h2");
  heading.id = "drawer-heading";
  const tools = document.createElement("div");
  tools.className = "row";
  const page = document.createElement("a");
  page.className = "button button-small";
  page.dataset.page = "";
  page.textContent = gettext("Open the page");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-small";
  close.textContent = gettext("Close");
  close.addEventListener("click", () => made.close());
  tools.append(page, close);
  head.append(heading, tools);
  const body = document.createElement("div");
  body.className = "drawer-body";
  made.append(head, body);
  made.addEventListener("click", (event) => {
    if (event.target === made) made.close();
  });
  document.body.append(made);
  return made;
}
