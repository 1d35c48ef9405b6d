// @ts-check
/**
 * The state of the connection in words, with what can be done: nothing while all is well, one calm line otherwise.
 *
 * The line counts seconds; a screen reader hears only when the state itself changes.
 */

import { fill, gettext } from "./words.js";

const CALM = 800; // ms: a shorter break is not worth a word
const CALM_AT_FIRST = 3_000; // ms that a page may take to connect

export class ConnectionLine {
  /**
   * @param {HTMLElement} root
   * @param {() => void} tryNow
   */
  constructor(root, tryNow) {
    this.line = /** @type {HTMLElement} */ (root.querySelector("[data-connection]"));
    this.words = /** @type {HTMLElement} */ (this.line.querySelector("[data-connection-words]"));
    this.count = /** @type {HTMLElement} */ (this.line.querySelector("[data-connection-count]"));
    this.button = /** @type {HTMLButtonElement} */ (this.line.querySelector("[data-action=try-now]"));
    this.spoken = /** @type {HTMLElement} */ (root.querySelector("[data-connection-spoken]"));
    this.links = /** @type {Record<string, HTMLElement>} */ ({
      "signed-out": this.line.querySelector("[data-action=sign-in]"),
      gone: this.line.querySelector("[data-action=leave]"),
    });
    /** @type {import("./socket.js").State | null} */
    this.state = null;
    this.troubledAt = 0; // since when all is not well; 0: it is
    this.told = false; // the person has seen that it is not
    this.button.addEventListener("click", tryNow);
    window.setInterval(() => {
      if (this.troubledAt) this.#draw();
    }, 250);
  }

  /** @param {import("./socket.js").State} state */
  show(state) {
    this.state = state;
    this.line.dataset.state = state.name;
    if (state.name === "open") this.troubledAt = 0;
    else this.troubledAt ||= performance.now();
    this.#draw();
  }

  #draw() {
    const { state } = this;
    if (!state) return;
    const calm = state.name === "connecting" ? CALM_AT_FIRST : CALM;
    const final = state.name === "signed-out" || state.name === "gone";
    const well = !this.troubledAt || (!final && !this.told && performance.now() - this.troubledAt < calm);
    this.line.hidden = well;
    if (well) {
      if (this.told) this.#speak(gettext("Connected again."));
      this.told = false;
      return;
    }
    this.told = true;
    const words = sentence(state);
    set(this.words, words);
    this.#speak(words);
    const seconds = Math.max(0, Math.ceil((state.retryAt - performance.now()) / 1_000));
    const waiting = state.name === "waiting";
    set(this.count, !waiting ? "" : seconds ? fill(gettext("Trying again in %(seconds)s s."), { seconds }) : gettext("Trying now…"));
    this.button.hidden = !waiting;
    this.button.setAttribute("aria-disabled", String(!seconds)); // not disabled: it would lose the focus
    for (const [name, link] of Object.entries(this.links)) link.hidden = name !== state.name;
  }

  /** @param {string} words */
  #speak(words) {
    set(this.spoken, words);
  }
}

/** Only what differs: a live region must not speak twice. @param {HTMLElement} element @param {string} words */
function set(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** @param {import("./socket.js").State} state */
function sentence(state) {
  switch (state.name) {
    case "connecting":
      return gettext("Connecting…");
    case "database":
      return gettext("The server waits for its database. Nothing is lost; it goes on by itself.");
    case "signed-out":
      return gettext("You are signed out. Your text is kept.");
    case "gone":
      return gettext("This conversation is not open to you any more: it was deleted, or somebody else signed in.");
    case "waiting":
      switch (state.reason) {
        case "offline":
          return gettext("This device is offline. What you write is kept.");
        case "restart":
          return gettext("The server is being restarted. What you write is kept.");
        case "failed":
          return gettext("The server had a problem with this connection. What you write is kept.");
        case "slow":
          return gettext("The reply came faster than this page could read. It is fetched again.");
        case "flood":
          return gettext("Too many actions in a short time. After a pause it goes on.");
        default:
          return gettext("No connection to the server. What you write is kept.");
      }
    default:
      return "";
  }
}
