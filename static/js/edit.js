// @ts-check
/**
 * A version's code, edited by hand: kept in the browser with every keystroke until the server has made a version of it.
 */

import { CodeField } from "./code_field.js";
import { Outbox } from "./outbox.js";
import { hasUnkept } from "./store.js";
import { Tabs } from "./tabs.js";
import { gettext } from "./words.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-editor]"));
const results = /** @type {HTMLElement} */ (form.querySelector("[data-results]"));
const expected = /** @type {HTMLInputElement} */ (form.querySelector("input[name=expected]"));
const errorLine = /** @type {HTMLElement} */ (document.querySelector("[data-error]"));
const unkeptLine = /** @type {HTMLElement} */ (document.querySelector("[data-unkept]"));
const draftLine = /** @type {HTMLElement} */ (document.querySelector("[data-draft]"));
const busyLine = /** @type {HTMLElement} */ (form.querySelector("[data-busy]"));
const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll("button[type=submit]"));

const { user = "", place = "", loginUrl = "" } = form.dataset;
const tabs = new Tabs(user, place);
const drafts = new Outbox(user, place, tabs);
const field = new CodeField(form, changed);
const original = field.text;
let leaving = false;

function changed() {
  drafts.writeDraft(field.text === original ? "" : field.text);
  unkeptLine.hidden = !hasUnkept();
}

/** @param {string} words */
function showError(words) {
  errorLine.textContent = words;
  errorLine.hidden = !words;
}

/** @param {string | null} text what was typed here before */
function bringBack(text) {
  if (!text || text === field.text) return;
  field.text = text;
  draftLine.hidden = false;
  changed();
}

/** @param {string} action */
async function send(action) {
  const data = new FormData(form);
  data.set("action", action);
  data.set("code", field.text);
  const response = await fetch(location.pathname, {
    method: "POST",
    body: data,
    credentials: "same-origin",
    headers: { "X-Requested-With": "fetch" },
  });
  if (response.redirected || response.status === 401 || response.status === 403) {
    // signed out, or signed in anew in another tab: the text waits here
    leaving = true;
    location.assign(`${loginUrl}?next=${encodeURIComponent(location.pathname)}`);
    return;
  }
  if (response.status === 201 || (response.ok && response.headers.get("Content-Type")?.startsWith("application/json"))) {
    const { url } = await response.json();
    drafts.writeDraft("");
    leaving = true;
    location.assign(url);
    return;
  }
  if (![200, 409, 422].includes(response.status)) throw new Error(String(response.status));
  show(await response.text());
}

/** @param {string} html from the server's own template */
function show(html) {
  results.innerHTML = html;
  const result = /** @type {HTMLElement | null} */ (results.querySelector("[data-result]"));
  expected.value = result?.dataset.expected ?? expected.value;
  field.mark(result);
  result?.scrollIntoView({ block: "nearest" });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (buttons[0].disabled) return;
  const action = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "save";
  showError("");
  for (const button of buttons) button.disabled = true;
  busyLine.hidden = false;
  try {
    await send(action);
  } catch {
    showError(gettext("The server cannot be reached. Your text is kept; try again in a moment."));
  } finally {
    for (const button of buttons) button.disabled = false;
    busyLine.hidden = true;
  }
});

form.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const value = event.key === "s" ? "save" : event.key === "Enter" ? "check" : "";
  if (!value) return;
  event.preventDefault();
  /** @type {HTMLButtonElement | null} */ (form.querySelector(`button[value=${value}]`))?.click();
});

results.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a[data-line]");
  if (!(link instanceof HTMLElement)) return;
  event.preventDefault();
  field.goTo(Number(link.dataset.line));
});

draftLine.querySelector("[data-discard]")?.addEventListener("click", () => {
  field.text = original;
  draftLine.hidden = true;
  changed();
  field.area.focus();
});

document.querySelector("[data-leave]")?.addEventListener("click", () => {
  // "Cancel" is a wish to leave; the text is offered when the page is opened again
  leaving = !hasUnkept();
});

window.addEventListener("beforeunload", (event) => {
  if (!leaving && field.text !== original) event.preventDefault();
});

window.addEventListener("pageshow", () => (leaving = false));

field.mark(results.querySelector("[data-result]"));
bringBack(drafts.readDraft()?.text ?? null);
void tabs.others().then((others) => {
  if (others.has(tabs.id)) tabs.renew();
  if (field.text === original) bringBack(drafts.adoptDraft(others)?.text ?? null);
  else changed();
});
