// @ts-check
/**
 * A new conversation. Its text and images stay here until the server has made the conversation; then they wait in the
 * outbox until the conversation's own page has sent them.
 */

import { Attaching } from "./attaching.js";
import { MessageField } from "./field.js";
import { newId } from "./ids.js";
import { Outbox } from "./outbox.js";
import { hasUnkept } from "./store.js";
import { Tabs } from "./tabs.js";
import { gettext } from "./words.js";

const PATIENCE = 15_000; // ms

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-new-conversation]"));
const idField = /** @type {HTMLInputElement} */ (form.querySelector("input[name=id]"));
const errorLine = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
const unkeptLine = /** @type {HTMLElement} */ (form.querySelector("[data-unkept]"));
const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
const user = form.dataset.user ?? "";
const tabs = new Tabs(user, "new");
const drafts = new Outbox(user, "new", tabs);
const imagesField = /** @type {HTMLInputElement} */ (form.querySelector("input[name=images]"));
const model = /** @type {HTMLSelectElement} */ (form.querySelector("[data-model-choice]"));
const field = new MessageField(form, keep);
const images = new Attaching(form, {
  changed: keep,
  takesImages: () => Boolean(model.selectedOptions[0]?.dataset.images),
  failed: showError,
});

function keep() {
  drafts.writeDraft(field.text, { images: images.refs });
  unkeptLine.hidden = !hasUnkept();
}

/** @param {string} words */
function showError(words) {
  errorLine.textContent = words;
  errorLine.hidden = !words;
}

/** The same id when it is tried again: it makes one conversation and one first message. */
async function start() {
  idField.value ||= newId();
  const id = idField.value;
  const data = new FormData(form);
  const response = await fetch(form.dataset.api ?? "", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRFToken": String(data.get("csrfmiddlewaretoken")) },
    body: JSON.stringify({ id, kind: data.get("kind"), model: data.get("model") ?? "" }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.status === 401 || response.status === 403) {
    // signed out, or signed in anew in another tab: the page comes back with the text and the kind
    const next = `${location.pathname}?kind=${encodeURIComponent(String(data.get("kind")))}`;
    location.assign(`${form.dataset.loginUrl}?next=${encodeURIComponent(next)}`);
    return;
  }
  if (!response.ok) {
    const answer = await response.json().catch(() => ({}));
    throw new Error(typeof answer.message === "string" ? answer.message : "");
  }
  const text = field.clean;
  const { refs } = images;
  if (text.trim()) {
    const named = refs.length ? { attachments: refs.map((image) => image.id) } : {};
    const kept = new Outbox(user, id, tabs).put({
      request_id: id,
      type: "ai_chat",
      fields: { content: text, parent: null, ...named },
      text,
      images: refs,
      parentLater: false,
      tried: false,
      at: Date.now(),
      tab: tabs.id,
    });
    if (!kept) {
      // nothing outlives this page: the server takes the text to the next one
      leaving = true;
      imagesField.value = refs.map((image) => image.id).join();
      form.submit();
      return;
    }
  }
  drafts.writeDraft("");
  leaving = true;
  location.assign((form.dataset.conversationUrl ?? "").replace("00000000-0000-0000-0000-000000000000", id));
}

let leaving = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  const wordless = !images.isEmpty && !field.text.trim();
  const problem = wordless ? gettext("Write what you want to know about the image.") : field.problem || images.problem;
  showError(problem);
  if (problem) return;
  button.disabled = true;
  try {
    await start();
  } catch (error) {
    const said = error instanceof Error && error.constructor === Error ? error.message : "";
    showError(said || gettext("The server cannot be reached. Your text is kept; try again in a moment."));
  } finally {
    button.disabled = false;
  }
});

window.addEventListener("pageshow", (event) => {
  // after going back, the next submission is another conversation; a page that was kept still shows what was sent
  idField.value = "";
  imagesField.value = "";
  if (event.persisted) show(drafts.readDraft() ?? { text: "", at: 0 });
  leaving = false;
});

window.addEventListener("beforeunload", (event) => {
  if ((hasUnkept() || images.isUploading) && !leaving) event.preventDefault();
});

for (const example of document.querySelectorAll("[data-fill]")) {
  example.addEventListener("click", () => {
    field.text = example.textContent ?? "";
    keep();
    field.area.focus();
  });
}

/** @param {import("./outbox.js").Draft | null} draft */
function show(draft) {
  if (!draft) return;
  field.text = draft.text;
  images.show(draft.images ?? []);
}

show(drafts.readDraft());
if (matchMedia("(hover: hover)").matches) field.area.focus({ preventScroll: true });
void tabs.others().then((others) => {
  if (others.has(tabs.id)) tabs.renew();
  if (field.text || !images.isEmpty) keep();
  else show(drafts.adoptDraft(others));
});
