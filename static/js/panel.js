// @ts-check
/** The plan beside the talk: replaced when the server sends a newer one, unless the person is editing it. */

import { csrfToken } from "./csrf.js";
import { gettext } from "./words.js";

export class Panel {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.aside = /** @type {HTMLElement | null} */ (root.querySelector("[data-panel]"));
    this.body = /** @type {HTMLElement | null} */ (root.querySelector("[data-panel-body]"));
    /** @type {string} a newer panel that waits until the form is left */
    this.waiting = "";
    this.changed = false;
    this.body?.addEventListener("input", () => (this.changed = true));
    this.body?.addEventListener("reset", () => {
      this.changed = false;
      if (this.waiting) this.#show(this.waiting);
    });
    root.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      if (target.closest("[data-action=panel]")) {
        event.preventDefault();
        this.aside?.setAttribute("data-open", "");
        this.aside?.querySelector("a, button")?.dispatchEvent(new Event("focus"));
      } else if (target.closest("[data-jump]")) {
        this.#jump(event, /** @type {HTMLElement} */ (target.closest("[data-jump]")).dataset.jump ?? "");
      } else if (target.closest("[data-action=close-panel]")) {
        event.preventDefault();
        this.close();
      }
    });
    this.body?.addEventListener("submit", (event) => {
      if (event.target instanceof HTMLFormElement && event.target.matches("[data-spec-form]")) {
        event.preventDefault();
        void this.#save(event.target);
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /**
   * To the message that words come from; one that is not on the page is on another, to which the link leads.
   * @param {Event} event
   * @param {string} id
   */
  #jump(event, id) {
    const message = document.getElementById(`m-${id}`);
    if (!message) return;
    event.preventDefault();
    this.close();
    message.tabIndex = -1;
    location.hash = message.id;
    message.scrollIntoView({ block: "center" });
    message.focus({ preventScroll: true });
  }

  /** @param {HTMLFormElement} form */
  async #save(form) {
    const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("[type=submit]"));
    const held = form.contains(document.activeElement); // a button that is disabled lets go of it
    if (button) button.disabled = true;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        credentials: "same-origin",
        headers: { "X-Requested-With": "fetch", "X-CSRFToken": csrfToken() },
      });
      if (response.redirected || (!response.ok && response.status !== 422)) throw new Error(String(response.status));
      const refused = response.status === 422;
      this.#show(await response.text());
      this.changed = refused; // what was typed stays until it is saved or given up
      if (held) this.#focusAfter(refused);
    } catch {
      const line = document.createElement("p");
      line.className = "wide alert alert-error";
      line.textContent = gettext("The plan was not saved. Try again in a moment.");
      form.querySelector(".alert")?.remove();
      form.prepend(line);
    } finally {
      if (button) button.disabled = false;
    }
  }

  /** The keyboard stays where the person works. @param {boolean} refused */
  #focusAfter(refused) {
    const wrong = this.body?.querySelector("[aria-invalid=true]");
    const place = refused && wrong ? wrong : this.body?.querySelector("#spec-edit summary");
    if (place instanceof HTMLElement) place.focus();
  }

  close() {
    this.aside?.removeAttribute("data-open");
    if (location.hash === "#panel") history.replaceState(null, "", location.pathname + location.search);
  }

  /** @param {any} frame strategy_maturity */
  update(frame) {
    if (!frame.html) return;
    if (this.changed) this.waiting = frame.html;
    else this.#show(frame.html);
  }

  /** @param {string} html */
  #show(html) {
    if (!this.body) return;
    const open = [...this.body.querySelectorAll("details[open][id]")].map((element) => element.id);
    this.body.innerHTML = html;
    this.waiting = "";
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  }
}
