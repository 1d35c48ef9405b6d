// @ts-check
/**
 * Which tabs of this browser show the same page: each keeps its own draft, and a text whose tab is gone is taken over.
 *
 * A tab's id lives in its session storage, so it is the same after a reload.
 */

import { newId } from "./ids.js";

const KEY = "trademe:tab";
const PATIENCE = 250; // ms in which another tab says that it is there
const RELOADING = 3_000; // ms in which a tab that said goodbye may come back

/** @returns {string} */
function ownId() {
  try {
    const known = sessionStorage.getItem(KEY);
    if (known) return known;
    const made = newId();
    sessionStorage.setItem(KEY, made);
    return made;
  } catch {
    return newId(); // nothing is kept here: the id lives as long as the page
  }
}

/** Events: `left` (detail: the id of a tab that closed), `signed-in` (another page of this person was loaded). */
export class Tabs extends EventTarget {
  /** @param {string} user @param {string} place a conversation, or "new" */
  constructor(user, place) {
    super();
    this.id = ownId();
    this.page = newId();
    /** @type {Set<string>} */
    this.answers = new Set();
    this.here = new BroadcastChannel(`trademe:${user}:${place}`);
    this.everywhere = new BroadcastChannel(`trademe:${user}`);
    this.here.addEventListener("message", (event) => this.#hear(event.data));
    this.everywhere.addEventListener("message", () => this.dispatchEvent(new Event("signed-in")));
    this.everywhere.postMessage("loaded");
    window.addEventListener("pagehide", () => this.here.postMessage({ bye: this.id }));
  }

  /** Ids of the other tabs that show this page now. @returns {Promise<Set<string>>} */
  async others() {
    this.answers.clear();
    this.here.postMessage({ asks: this.page });
    await new Promise((resolve) => window.setTimeout(resolve, PATIENCE));
    return new Set(this.answers);
  }

  /** After a tab was duplicated both have one id: the younger page takes another. */
  renew() {
    this.id = newId();
    try {
      sessionStorage.setItem(KEY, this.id);
    } catch {
      // as in ownId
    }
  }

  /** @param {{ asks?: string, to?: string, id?: string, bye?: string }} said */
  #hear(said) {
    if (said.asks && said.asks !== this.page) this.here.postMessage({ to: said.asks, id: this.id });
    else if (said.to === this.page && said.id) this.answers.add(said.id);
    else if (said.bye) {
      const gone = said.bye;
      window.setTimeout(async () => {
        const others = await this.others();
        if (gone !== this.id && !others.has(gone)) this.dispatchEvent(new CustomEvent("left", { detail: gone }));
      }, RELOADING);
    }
  }
}
