// @ts-check
/** The field in which a person types: its draft survives everything, and sending never empties what was typed since. */

import { MessageField } from "./field.js";
import { hasUnkept } from "./store.js";
import { gettext } from "./words.js";

export class Composer {
  /**
   * @param {HTMLFormElement} form
   * @param {import("./outbox.js").Outbox} outbox
   * @param {(text: string, editing: string | null) => void} send
   */
  constructor(form, outbox, send) {
    this.outbox = outbox;
    this.tooLong = false;
    this.field = new MessageField(form, () => {
      this.keep();
      if (this.tooLong && !this.field.problem) this.showError("");
    });
    this.errorLine = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
    this.noteLine = /** @type {HTMLElement} */ (form.querySelector("[data-note]"));
    this.unkeptLine = /** @type {HTMLElement} */ (form.querySelector("[data-unkept]"));
    this.editingLine = /** @type {HTMLElement} */ (form.querySelector("[data-editing]"));
    /** @type {string | null} the message that is being edited */
    this.editing = null;
    this.original = ""; // its text before
    this.setAside = "";
    this.#restore(outbox.readDraft());
    this.field.area.addEventListener("keydown", (event) => {
      // Escape also closes the list of an input method
      if (event.key === "Escape" && this.editing && !event.isComposing) this.stopEditing();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.field.clean;
      if (!text.trim()) return;
      this.showError(this.field.problem);
      this.tooLong = Boolean(this.field.problem);
      if (this.tooLong) return;
      const { editing } = this;
      this.#note("");
      this.field.text = editing ? this.setAside : "";
      this.#leaveEditing();
      send(text, editing);
      this.keep(); // after `send` has put the text into the outbox: it is always in one of the two
    });
    form.querySelector("[data-action=cancel-edit]")?.addEventListener("click", () => this.stopEditing());
  }

  get isEmpty() {
    return !this.field.text && !this.editing;
  }

  /** Store what stands in the field, and say so where that is not possible. */
  keep() {
    const { editing, original } = this;
    if (editing) this.outbox.writeDraft(this.setAside, { editing, edited: this.field.text, original });
    else this.outbox.writeDraft(this.field.text);
    this.sayWhetherKept();
  }

  sayWhetherKept() {
    this.unkeptLine.hidden = !hasUnkept();
  }

  /** A draft of a tab that is gone. @param {import("./outbox.js").Draft | null} draft */
  adopt(draft) {
    if (this.isEmpty) this.#restore(draft);
  }

  /** @param {import("./outbox.js").Draft | null} draft */
  #restore(draft) {
    if (!draft) return;
    this.field.text = draft.text;
    if (draft.editing) this.edit(draft.editing, draft.original ?? "", draft.edited);
  }

  /** @param {string} text put back what could not be sent, before what was typed since */
  giveBack(text) {
    this.field.text = this.field.text ? `${text}\n\n${this.field.text}` : text;
    this.keep();
    this.field.area.focus();
  }

  /** @param {string} text */
  fill(text) {
    this.field.text = this.field.text.trim() ? `${this.field.text.trimEnd()} ${text}` : text;
    this.keep();
    this.field.area.focus();
  }

  /** @param {string} id @param {string} original @param {string} [text] */
  edit(id, original, text = original) {
    if (this.editing) this.stopEditing();
    this.setAside = this.field.text;
    this.editing = id;
    this.original = original;
    this.field.text = text;
    this.editingLine.hidden = false;
    this.keep();
    this.field.area.focus();
  }

  /** Back to what was being written before; changes that were made can be had back. */
  stopEditing() {
    const { editing, original } = this;
    const changed = this.field.text;
    this.#leaveEditing();
    this.field.text = this.setAside;
    this.setAside = "";
    this.keep();
    if (!editing || changed === original) return;
    this.#note(gettext("Your changes were discarded."), () => this.edit(editing, original, changed));
  }

  #leaveEditing() {
    this.editing = null;
    this.editingLine.hidden = true;
  }

  /** @param {string} words @param {() => void} [undo] */
  #note(words, undo) {
    this.noteLine.hidden = !words;
    this.noteLine.replaceChildren(words);
    if (!undo) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet button-small";
    button.textContent = gettext("Undo");
    button.addEventListener("click", () => {
      this.#note("");
      undo();
    });
    this.noteLine.append(button);
  }

  /** @param {string} words */
  showError(words) {
    this.errorLine.textContent = words;
    this.errorLine.hidden = !words;
  }
}
