// @ts-check
/** Messages that the server has not acknowledged, shown below the transcript with what becomes of them. */

import { gettext } from "./words.js";

export class Pending {
  /**
   * @param {HTMLElement} root
   * @param {{ again: (requestId: string) => void, back: (requestId: string) => void }} actions
   */
  constructor(root, actions) {
    this.list = /** @type {HTMLElement} */ (root.querySelector("[data-pending]"));
    this.actions = actions;
  }

  /**
   * @param {import("./outbox.js").Unsent} unsent
   * @param {string} words
   * @param {{ failed?: boolean, again?: boolean, back?: boolean }} [options]
   */
  show(unsent, words, options = {}) {
    if (!unsent.text) return;
    const item = this.#find(unsent.request_id) ?? this.#add(unsent);
    item.toggleAttribute("data-failed", Boolean(options.failed));
    const state = /** @type {HTMLElement} */ (item.lastElementChild);
    state.replaceChildren(words);
    if (options.again) state.append(this.#button(gettext("Send now"), () => this.actions.again(unsent.request_id)));
    if (options.back ?? true) {
      state.append(this.#button(gettext("Take back"), () => this.actions.back(unsent.request_id)));
    }
  }

  /** @param {string} requestId */
  remove(requestId) {
    this.#find(requestId)?.remove();
  }

  /** @param {string} requestId @returns {HTMLElement | null} */
  #find(requestId) {
    return this.list.querySelector(`[data-request-id="${CSS.escape(requestId)}"]`);
  }

  /** @param {import("./outbox.js").Unsent} unsent */
  #add(unsent) {
    const item = document.createElement("div");
    item.className = "pending-item";
    item.dataset.requestId = unsent.request_id;
    const text = document.createElement("div");
    text.className = "pending-text";
    text.textContent = unsent.text;
    const state = document.createElement("div");
    state.className = "pending-state";
    state.setAttribute("role", "status");
    item.append(text, state);
    this.list.append(item);
    return item;
  }

  /** @param {string} words @param {() => void} act */
  #button(words, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = words;
    button.addEventListener("click", act);
    return button;
  }
}
