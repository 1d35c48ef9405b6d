// @ts-check
/**
 * What a person typed, kept in the browser until the server has stored it: drafts, and messages not yet acknowledged.
 *
 * Keys name the person, so nobody who signs in to the same browser sees another's text. Each draft and each unsent
 * message belongs to one tab, so two tabs never overwrite each other's; what a closed tab leaves is taken over.
 */

import { discard, keep, keysFrom, recall } from "./store.js";

/**
 * @typedef {object} Unsent
 * @property {string} request_id
 * @property {"ai_chat" | "edit" | "confirm_generation" | "continue" | "regenerate"} type
 * @property {Record<string, unknown>} fields
 * @property {string} text what the person would lose; empty for a button
 * @property {import("./attaching.js").ImageRef[]} [images] that it shows, to show them until it is stored
 * @property {boolean} parentLater the message it follows is chosen when it is sent
 * @property {boolean} tried it was sent, and nobody knows yet whether it arrived
 * @property {number} at milliseconds since the epoch
 * @property {string} tab
 */

/**
 * @typedef {object} Draft
 * @property {string} text
 * @property {import("./attaching.js").ImageRef[]} [images]
 * @property {string} [editing] the message that is being edited
 * @property {string} [edited] its new text
 * @property {string} [original] its text before
 * @property {import("./attaching.js").ImageRef[]} [editedImages]
 * @property {import("./attaching.js").ImageRef[]} [originalImages]
 * @property {number} at milliseconds since the epoch
 */

export class Outbox {
  /** @param {string} user @param {string} conversation its id, or "new" @param {{ id: string }} tab */
  constructor(user, conversation, tab) {
    this.tab = tab;
    this.drafts = `trademe:${user}:draft:${conversation}:`;
    this.messages = `trademe:${user}:outbox:${conversation}:`;
  }

  /** @returns {Draft | null} */
  readDraft() {
    return parsed(this.drafts + this.tab.id);
  }

  /**
   * @param {string} text
   * @param {Partial<Draft>} [more] what belongs to it
   * @returns {boolean} as `keep`
   */
  writeDraft(text, more = {}) {
    const key = this.drafts + this.tab.id;
    if (text || more.images?.length || more.editing) return keep(key, JSON.stringify({ text, ...more, at: Date.now() }));
    discard(key);
    return true;
  }

  /**
   * The newest draft whose tab is gone; from now on it is this tab's.
   * @param {Set<string>} alive ids of the other tabs
   * @returns {Draft | null}
   */
  adoptDraft(alive) {
    const own = this.drafts + this.tab.id;
    let newest = null;
    let from = "";
    for (const key of keysFrom(this.drafts)) {
      if (key === own || alive.has(key.slice(this.drafts.length))) continue;
      const draft = /** @type {Draft | null} */ (parsed(key));
      if (draft && (!newest || draft.at > newest.at)) [newest, from] = [draft, key];
    }
    if (newest && keep(own, JSON.stringify(newest))) discard(from);
    return newest;
  }

  /** @param {Unsent} unsent @returns {boolean} as `keep` */
  put(unsent) {
    return keep(this.messages + unsent.request_id, JSON.stringify(unsent));
  }

  /** @param {string} requestId */
  drop(requestId) {
    discard(this.messages + requestId);
  }

  /** This tab's unsent messages, oldest first. @returns {Unsent[]} */
  own() {
    return this.#unsent().filter((entry) => entry.tab === this.tab.id);
  }

  /**
   * Unsent messages whose tab is gone; from now on they are this tab's.
   * @param {Set<string>} alive ids of the other tabs
   * @returns {Unsent[]}
   */
  adopt(alive) {
    const found = this.#unsent().filter((entry) => entry.tab !== this.tab.id && !alive.has(entry.tab));
    for (const entry of found) {
      entry.tab = this.tab.id;
      this.put(entry);
    }
    return found;
  }

  #unsent() {
    const found = [];
    for (const key of keysFrom(this.messages)) {
      const entry = /** @type {Unsent | null} */ (parsed(key));
      if (entry) found.push(entry);
    }
    return found.sort((one, other) => one.at - other.at);
  }
}

/** @param {string} key @returns {any} null where there is nothing that can be read */
function parsed(key) {
  try {
    return JSON.parse(recall(key) ?? "null");
  } catch {
    return null;
  }
}
