// @ts-check
/** Messages that the server has not acknowledged, shown below the transcript with what becomes of them. */

import { thumbnail } from "./attaching.js";
import { gettext } from "./words.js";

const UNDO_FOR = 30_000; // ms

export class Pending {
  /**
   * @param {HTMLElement} root
   * @param {{ again: (id: string) => void, edit: (id: string) => void, discard: (id: string) => void }} actions
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
    const id = unsent.request_id;
    const item = this.#find(id) ?? this.#add(unsent);
    item.toggleAttribute("data-failed", Boolean(options.failed));
    const said = /** @type {HTMLElement} */ (item.querySelector(".pending-words"));
    if (said.textContent !== words) said.textContent = words;
    /** @type {Record<string, boolean>} */
    const offered = { again: Boolean(options.again), edit: options.back ?? true, discard: options.back ?? true };
    for (const button of item.querySelectorAll("button")) button.hidden = !offered[button.dataset.pending ?? ""];
  }

  /** @param {string} requestId */
  remove(requestId) {
    this.#find(requestId)?.remove();
  }

  /**
   * Gone, and for a while it can be had back.
   * @param {string} requestId
   * @param {() => void} undo
   */
  discarded(requestId, undo) {
    const item = this.#find(requestId);
    if (!item) return;
    delete item.dataset.requestId;
    const state = document.createElement("div");
    state.className = "pending-state";
    const back = button(gettext("Undo"), () => {
      item.remove();
      undo();
    });
    state.append(gettext("Discarded."), back);
    item.replaceChildren(state);
    back.focus();
    window.setTimeout(() => item.remove(), UNDO_FOR);
  }

  /** @param {string} requestId @returns {HTMLElement | null} */
  #find(requestId) {
    return this.list.querySelector(`[data-request-id="${CSS.escape(requestId)}"]`);
  }

  /** @param {import("./outbox.js").Unsent} unsent */
  #add(unsent) {
    const id = unsent.request_id;
    const item = document.createElement("div");
    item.className = "pending-item";
    item.dataset.requestId = id;
    const text = document.createElement("div");
    text.className = "pending-text";
    text.textContent = unsent.text;
    const state = document.createElement("div");
    state.className = "pending-state";
    const words = document.createElement("span");
    words.className = "pending-words";
    words.setAttribute("role", "status");
    const again = button(gettext("Send now"), () => this.actions.again(id));
    const edit = button(gettext("Edit"), () => this.actions.edit(id));
    const discard = button(gettext("Discard"), () => this.actions.discard(id));
    again.dataset.pending = "again";
    edit.dataset.pending = "edit";
    discard.dataset.pending = "discard";
    const actions = document.createElement("span");
    actions.className = "pending-actions";
    actions.append(again, edit, discard);
    state.append(words, actions);
    const images = document.createElement("div");
    images.className = "pending-images";
    images.append(...(unsent.images ?? []).map(thumbnail));
    images.hidden = !images.childElementCount;
    item.append(text, images, state);
    this.list.append(item);
    return item;
  }
}

/** @param {string} words @param {() => void} act */
function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button-small";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}
