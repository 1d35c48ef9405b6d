// @ts-check
/** What every field for a message does: Enter sends, nothing that was pasted is cut off, and too much is said so. */

import { fill, gettext } from "./words.js";

const NEARLY = 0.9; // of what a message may hold: from there on its length is shown

export class MessageField {
  /**
   * @param {HTMLFormElement} form
   * @param {() => void} changed
   */
  constructor(form, changed) {
    this.form = form;
    this.area = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    this.count = /** @type {HTMLElement} */ (form.querySelector("[data-count]"));
    this.most = this.area.maxLength;
    // the browser would cut a long paste off without a word, and bring a sent text back after "back"
    this.area.removeAttribute("maxlength");
    this.area.autocomplete = "off";
    this.area.addEventListener("input", () => {
      this.#showLength();
      changed();
    });
    this.area.addEventListener("keydown", (event) => {
      // an Enter that chooses a word of an input method does not send (229: Safari says so after the fact)
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this.#showLength();
  }

  /** The text as a server takes it: no NUL and no half of a character, which it would refuse. */
  get clean() {
    const text = this.area.value.replaceAll("\0", "\ufffd");
    return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  }

  /** Why it cannot be sent as it is; empty when it can. */
  get problem() {
    const length = this.#length();
    if (length <= this.most) return "";
    return fill(gettext("The message has %(length)s characters; %(most)s can be sent. Shorten it or send it in parts."), {
      length: length.toLocaleString(document.documentElement.lang),
      most: this.most.toLocaleString(document.documentElement.lang),
    });
  }

  /** In characters as the server counts them. */
  #length() {
    const { value } = this.area;
    if (value.length <= this.most * NEARLY) return value.length;
    let length = 0;
    for (const _character of value) length += 1;
    return length;
  }

  #showLength() {
    const length = this.#length();
    const near = length > this.most * NEARLY;
    this.count.hidden = !near;
    if (!near) return;
    this.count.textContent = `${length.toLocaleString(document.documentElement.lang)} / ${this.most.toLocaleString(document.documentElement.lang)}`;
    this.count.toggleAttribute("data-over", length > this.most);
  }
}
