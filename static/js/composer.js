// @ts-check
/** The field in which a person types: its draft survives everything, and sending never empties what was typed since. */

import { readDraft, writeDraft } from "./outbox.js";

export class Composer {
  /**
   * @param {HTMLFormElement} form
   * @param {string} conversation
   * @param {(text: string, editing: string | null) => void} send
   */
  constructor(form, conversation, send) {
    this.form = form;
    this.conversation = conversation;
    this.field = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    this.errorLine = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
    this.editingLine = /** @type {HTMLElement} */ (form.querySelector("[data-editing]"));
    /** @type {string | null} the message that is being edited */
    this.editing = null;
    this.setAside = "";
    this.field.value = readDraft(conversation) || this.field.value;
    this.field.addEventListener("input", () => this.#keep());
    this.field.addEventListener("keydown", (event) => {
      // an Enter that chooses a word of an input method does not send (229: Safari says so after the fact)
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        form.requestSubmit();
      } else if (event.key === "Escape" && this.editing) {
        this.stopEditing();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.field.value;
      if (!text.trim()) return;
      const editing = this.editing;
      this.field.value = "";
      this.showError("");
      if (editing) this.stopEditing();
      send(text, editing);
      this.#keep(); // after `send` has put the text into the outbox: it is always in one of the two
    });
    form.querySelector("[data-action=cancel-edit]")?.addEventListener("click", () => this.stopEditing());
  }

  #keep() {
    if (!this.editing) writeDraft(this.conversation, this.field.value);
  }

  /** @param {string} text put back what could not be sent, before what was typed since */
  giveBack(text) {
    this.field.value = this.field.value ? `${text}\n\n${this.field.value}` : text;
    this.#keep();
    this.field.focus();
  }

  /** @param {string} text */
  fill(text) {
    this.field.value = this.field.value.trim() ? `${this.field.value.trimEnd()} ${text}` : text;
    this.#keep();
    this.field.focus();
  }

  /** @param {string} id @param {string} text */
  edit(id, text) {
    if (!this.editing) this.setAside = this.field.value;
    this.editing = id;
    this.field.value = text;
    this.editingLine.hidden = false;
    this.field.focus();
  }

  stopEditing() {
    this.editing = null;
    this.editingLine.hidden = true;
    this.field.value = this.setAside;
    this.setAside = "";
    this.#keep();
  }

  /** @param {string} words */
  showError(words) {
    this.errorLine.textContent = words;
    this.errorLine.hidden = !words;
  }
}
