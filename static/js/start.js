// @ts-check
/** A new conversation: the first message waits in the browser until the conversation's own page has sent it. */

import { newId } from "./ids.js";
import { putUnsent, readDraft, writeDraft } from "./outbox.js";

const form = /** @type {HTMLFormElement} */ (document.querySelector("[data-new-conversation]"));
const field = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
const idField = /** @type {HTMLInputElement} */ (form.querySelector("input[name=id]"));

field.value = readDraft("new") || field.value;
field.addEventListener("input", () => writeDraft("new", field.value));
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    form.requestSubmit();
  }
});

form.addEventListener("submit", () => {
  // the same id when the form is sent twice: it makes one conversation and one first message
  idField.value ||= newId();
  const text = field.value;
  if (!text.trim()) return;
  putUnsent(idField.value, {
    request_id: idField.value,
    type: "ai_chat",
    fields: { content: text, parent: null },
    text,
    parentLater: false,
    at: Date.now(),
  });
  field.name = ""; // the server need not hold it as well
});

window.addEventListener("pageshow", () => {
  // after going back, the next submission is another conversation
  idField.value = "";
  field.name = "content";
});

for (const example of document.querySelectorAll("[data-fill]")) {
  example.addEventListener("click", () => {
    field.value = example.textContent ?? "";
    writeDraft("new", field.value);
    field.focus();
  });
}
