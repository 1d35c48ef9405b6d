// @ts-check
/** The field in which a person types: its draft survives everything, and sending never empties what was typed since. */

import { Attaching, imagesOf } from "./attaching.js";
import { MessageField } from "./field.js";
import { hasUnkept } from "./store.js";
import { gettext } from "./words.js";

export class Composer {
  /**
   * @param {HTMLFormElement} form
   * @param {import("./outbox.js").Outbox} outbox
   * @param {(text: string, editing: string | null, images: import("./attaching.js").ImageRef[]) => void} send
   * @param {() => boolean} takesImages whether who answers does
   */
  constructor(form, outbox, send, takesImages) {
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
    const given = imagesOf(form.querySelector("[data-images]")); // where this browser could not keep them
    this.images = new Attaching(form, {
      changed: () => this.keep(),
      takesImages,
      failed: (words) => this.showError(words),
    });
    /** @type {string | null} the message that is being edited */
    this.editing = null;
    this.original = ""; // its text before
    this.setAside = "";
    /** @type {import("./attaching.js").ImageRef[]} its images before */
    this.originalImages = [];
    /** @type {import("./attaching.js").ImageRef[]} of the draft that was set aside */
    this.imagesAside = [];
    this.#restore(outbox.readDraft() ?? { text: this.field.text, images: given, at: Date.now() });
    this.field.area.addEventListener("keydown", (event) => {
      // Escape also closes the list of an input method
      if (event.key === "Escape" && this.editing && !event.isComposing) this.stopEditing();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.field.clean;
      if (!text.trim()) {
        if (!this.images.isEmpty) this.showError(gettext("Write what you want to know about the image."));
        return;
      }
      this.tooLong = Boolean(this.field.problem);
      const problem = this.field.problem || this.images.problem;
      this.showError(problem);
      if (problem) return;
      const { editing } = this;
      const images = this.images.refs;
      this.#note("");
      this.field.text = editing ? this.setAside : "";
      this.images.show(editing ? this.imagesAside : []);
      this.#leaveEditing();
      send(text, editing, images);
      this.keep(); // after `send` has put the text into the outbox: it is always in one of the two
    });
    form.querySelector("[data-action=cancel-edit]")?.addEventListener("click", () => this.stopEditing());
  }

  get isEmpty() {
    return !this.field.text && !this.editing && this.images.isEmpty;
  }

  /** Store what stands in the field, and say so where that is not possible. */
  keep() {
    const { editing, original, originalImages, imagesAside } = this;
    const { refs } = this.images;
    const edit = { editing: editing ?? "", edited: this.field.text, original, editedImages: refs, originalImages };
    if (editing) this.outbox.writeDraft(this.setAside, { ...edit, images: imagesAside });
    else this.outbox.writeDraft(this.field.text, { images: refs });
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
    this.images.show(draft.images ?? []);
    if (!draft.editing) return;
    const { original = "", edited, originalImages = [], editedImages } = draft;
    this.edit(draft.editing, original, originalImages, edited, editedImages);
  }

  /**
   * Put back what could not be sent, before what was typed since.
   * @param {string} text
   * @param {import("./attaching.js").ImageRef[]} images
   */
  giveBack(text, images) {
    if (images.length) this.images.show([...images, ...this.images.refs]);
    this.field.text = this.field.text ? `${text}\n\n${this.field.text}` : text;
    this.keep();
    this.field.area.focus();
  }

  /** @param {string} text */
  fill(text) {
    this.field.text = this.field.text.trim() ? `${this.field.text.trimEnd()}${joint(text)}${text}` : text;
    this.keep();
    this.#note(gettext("Added to your message, not sent yet: add more answers, or send it."));
    this.field.area.focus();
  }

  /**
   * @param {string} id
   * @param {string} original
   * @param {import("./attaching.js").ImageRef[]} originalImages
   * @param {string} [text]
   * @param {import("./attaching.js").ImageRef[]} [images]
   */
  edit(id, original, originalImages, text = original, images = originalImages) {
    if (this.editing) this.stopEditing();
    this.setAside = this.field.text;
    this.imagesAside = this.images.refs;
    this.editing = id;
    this.original = original;
    this.originalImages = originalImages;
    this.field.text = text;
    this.images.show(images);
    this.editingLine.hidden = false;
    this.keep();
    this.field.area.focus();
  }

  /** Back to what was being written before; changes that were made can be had back. */
  stopEditing() {
    const { editing, original, originalImages } = this;
    const changed = this.field.text;
    const changedImages = this.images.refs;
    this.#leaveEditing();
    this.field.text = this.setAside;
    this.images.show(this.imagesAside);
    this.setAside = "";
    this.imagesAside = [];
    this.keep();
    const same = changed === original && ids(changedImages) === ids(originalImages);
    if (!editing || same) return;
    this.#note(gettext("Your changes were discarded."), () => this.edit(editing, original, originalImages, changed, changedImages));
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

/** @param {import("./attaching.js").ImageRef[]} images */
function ids(images) {
  return images.map((image) => image.id).join();
}

/** Answers beside each other are parted as their language parts them. @param {string} text */
function joint(text) {
  return /[\u3400-\u9fff]/.test(text) ? "，" : ", ";
}
