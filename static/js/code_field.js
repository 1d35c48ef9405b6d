// @ts-check
/** A field for code: line numbers, Tab and Enter as a programmer expects them, lines with mistakes marked. */

const INDENT = "    ";

export class CodeField {
  /**
   * @param {HTMLFormElement} form
   * @param {() => void} changed
   */
  constructor(form, changed) {
    this.area = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    this.gutter = /** @type {HTMLElement} */ (form.querySelector("[data-gutter]"));
    /** @type {Set<number>} */
    this.bad = new Set();
    this.released = false; // after Escape, Tab leaves the field
    this.area.addEventListener("input", () => {
      this.#number();
      changed();
    });
    this.area.addEventListener("scroll", () => (this.gutter.scrollTop = this.area.scrollTop));
    this.area.addEventListener("blur", () => (this.released = false));
    this.area.addEventListener("keydown", (event) => this.#key(event));
    this.#number();
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this.#number();
  }

  /** Mark the lines that findings name. @param {Element | null} result */
  mark(result) {
    const links = /** @type {NodeListOf<HTMLElement> | undefined} */ (result?.querySelectorAll("a[data-line]"));
    this.bad = new Set([...(links ?? [])].map((link) => Number(link.dataset.line)));
    this.area.setAttribute("aria-invalid", String(this.bad.size > 0));
    this.#number(true);
  }

  /** Put the cursor on a line. @param {number} line */
  goTo(line) {
    const lines = this.area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    const height = this.area.scrollHeight / Math.max(1, lines.length);
    this.area.scrollTop = Math.max(0, (line - 6) * height);
  }

  #number(again = false) {
    const count = this.area.value.split("\n").length;
    if (!again && this.gutter.childElementCount === count) return;
    const rows = document.createDocumentFragment();
    for (let line = 1; line <= count; line += 1) {
      const row = document.createElement("span");
      row.textContent = String(line);
      if (this.bad.has(line)) row.className = "gutter-bad";
      rows.append(row);
    }
    this.gutter.replaceChildren(rows);
    this.gutter.scrollTop = this.area.scrollTop;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      this.released = true;
    } else if (event.key === "Tab" && !this.released) {
      event.preventDefault();
      this.#indent(event.shiftKey);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      const before = this.area.value.slice(this.#lineStart(), this.area.selectionStart);
      const indent = /^[ \t]*/.exec(before)?.[0] ?? "";
      this.#insert(`\n${indent}${/:\s*(#.*)?$/.test(before) ? INDENT : ""}`);
    } else if (event.key.length === 1) {
      this.released = false;
    }
  }

  /** @param {boolean} less */
  #indent(less) {
    const { selectionStart: start, selectionEnd: end, value } = this.area;
    if (!less && start === end) {
      const column = start - this.#lineStart();
      this.#insert(" ".repeat(INDENT.length - (column % INDENT.length)));
      return;
    }
    const from = this.#lineStart();
    const last = end > start && value[end - 1] === "\n" ? end - 1 : end;
    const lines = value.slice(from, last).split("\n");
    const moved = lines.map((line) => (less ? line.replace(/^( {1,4}|\t)/, "") : line && INDENT + line));
    const text = moved.join("\n");
    if (text === value.slice(from, last)) return;
    this.area.setSelectionRange(from, last);
    this.#insert(text);
    if (lines.length > 1) this.area.setSelectionRange(from, from + text.length);
    else {
      const at = Math.max(from, start + text.length - (last - from));
      this.area.setSelectionRange(at, at);
    }
  }

  #lineStart() {
    return this.area.value.lastIndexOf("\n", this.area.selectionStart - 1) + 1;
  }

  /** As typed, so that it can be undone. @param {string} text */
  #insert(text) {
    if (document.execCommand(text ? "insertText" : "delete", false, text)) return;
    this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
