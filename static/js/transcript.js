// @ts-check
/** The shown path of messages. A message is known by its id and is never shown twice. */

import { addCopyButtons } from "./code.js";
import { Countdown } from "./countdown.js";
import { localTimes } from "./times.js";
import { gettext } from "./words.js";

const NEAR_BOTTOM = 120; // px

export class Transcript {
  /** @param {HTMLElement} root the element that carries the page's data */
  constructor(root) {
    this.root = root;
    this.scroller = /** @type {HTMLElement} */ (root.querySelector("[data-transcript]"));
    this.list = /** @type {HTMLElement} */ (root.querySelector("[data-messages]"));
    this.progressLine = /** @type {HTMLElement} */ (root.querySelector("[data-turn-progress]"));
    this.spoken = /** @type {HTMLElement} */ (root.querySelector("[data-live]"));
    this.countdown = new Countdown((words) => this.#say(words));
    /** @type {Set<string>} turns whose beginning is shown */
    this.turns = new Set();
    this.#read();
    /** Whether the person reads at the end: known from scrolling, so that a chunk costs no layout. */
    this.near = true;
    this.scrollPlanned = false;
    this.scroller.addEventListener("scroll", () => (this.near = this.#isNear()), { passive: true });
    // a line above the composer, or a longer draft, takes room: who reads at the end stays there
    const sizes = new ResizeObserver(() => this.#keeping(() => {}));
    for (const element of [this.scroller, root.querySelector("[data-pending]")]) if (element) sizes.observe(element);
    this.scrollDown();
  }

  #read() {
    this.turns.clear();
    for (const element of this.#all()) {
      const turn = element.dataset.turn ?? element.dataset.turnId;
      if (turn) this.turns.add(turn);
    }
    addCopyButtons(this.list);
  }

  /**
   * Show what a newer page of the same conversation shows.
   * @param {ParentNode} page
   */
  replace(page) {
    const list = page.querySelector("[data-messages]");
    if (!list) return;
    this.#keeping(() => {
      this.list.replaceChildren(...document.importNode(list, true).children);
      this.root.querySelector(".older")?.remove();
      const older = page.querySelector(".older");
      if (older) this.list.before(document.importNode(older, true));
      if (this.list.firstElementChild) this.root.querySelector("[data-empty]")?.remove();
      this.#read();
      localTimes(this.list);
      this.progress("");
    });
  }

  /** @returns {HTMLElement[]} */
  #all() {
    return [...this.list.querySelectorAll(":scope > [data-message-id]")].filter((e) => e instanceof HTMLElement);
  }

  /** @param {string} id @returns {HTMLElement | null} */
  find(id) {
    return this.list.querySelector(`:scope > [data-message-id="${CSS.escape(id)}"]`);
  }

  /** The reply that is being written. @returns {HTMLElement | null} */
  running() {
    return this.list.querySelector(":scope > [data-status=running]");
  }

  /** Id of the last stored message: the parent of what is said next. @returns {string | null} */
  lastId() {
    return this.#all().filter((element) => element.dataset.status !== "running").at(-1)?.dataset.messageId ?? null;
  }

  /**
   * A turn began. False when its place is not on this page, which must then be loaded again.
   * @param {any} frame ai_chat_start
   */
  begin(frame) {
    const said = frame.user_message;
    if (this.turns.has(frame.turn_id) || (said && this.find(said.id))) return true;
    const parent = frame.parent;
    if (parent !== null && !this.find(parent)) return false;
    this.#keeping(() => {
      this.turns.add(frame.turn_id);
      this.#branchAfter(parent);
      if (said) {
        const element = this.#make("user", said.id, said.sequence);
        element.dataset.turn = frame.turn_id;
        body(element).innerHTML = said.html;
        this.#add(element);
        this.refresh(said.id);
      }
      this.progress(gettext("Thinking"));
    }, true);
    return true;
  }

  /** @param {any} frame ai_stream_start */
  startReply(frame) {
    const element = this.find(frame.message_id) ?? this.#makeReply(frame);
    if (frame.model && !element.querySelector(".message-model")) {
      const model = document.createElement("span");
      model.className = "message-model";
      model.textContent = frame.model;
      element.querySelector(".message-author")?.after(model);
    }
    this.progress("");
    this.spoken.textContent = gettext("The reply is being written.");
  }

  /**
   * Text that is stored. False when something between is missing.
   * @param {any} frame ai_stream_chunk
   */
  append(frame) {
    const known = this.find(frame.message_id);
    if (known && known.dataset.status !== "running") return true;
    const element = known ?? this.#makeReply(frame);
    const last = Number(element.dataset.seq);
    if (frame.seq <= last) return true;
    if (frame.seq !== last + 1) return false;
    this.#keeping(() => {
      text(element).appendData(frame.text);
      element.dataset.seq = String(frame.seq);
    });
    if (!this.progressLine.hidden || this.countdown.timer) this.progress("");
    return true;
  }

  /** @param {any} frame ai_stream_end */
  end(frame) {
    const element = this.find(frame.message_id) ?? this.#makeReply(frame);
    if (element.dataset.status === frame.status) return; // told again
    this.#keeping(() => {
      element.dataset.status = frame.status;
      element.dataset.turn = frame.turn_id;
      element.dataset.sequence = String(frame.sequence);
      delete element.dataset.turnId;
      delete element.dataset.seq;
      element.removeAttribute("aria-busy");
      element.querySelector(".message-progress")?.remove();
      if (frame.html) body(element).innerHTML = frame.html;
      this.progress("");
      addCopyButtons(element);
    });
    this.spoken.textContent = frame.status === "complete" ? gettext("The reply is complete.") : gettext("The reply has ended.");
    this.refresh(frame.message_id);
  }

  /** @param {any} frame notice */
  notice(frame) {
    if (this.find(frame.message_id)) return;
    this.#keeping(() => {
      const element = this.#make("notice", frame.message_id, frame.sequence);
      body(element).innerHTML = frame.html;
      this.#add(element);
    });
    this.refresh(frame.message_id);
  }

  /**
   * What the turn is doing, in words; empty when it writes.
   * @param {string} words
   */
  progress(words) {
    this.countdown.stop();
    this.#say(words);
  }

  /**
   * The same, with the seconds until the wait ends counted down where there are any.
   * @param {any} frame ai_progress_update
   */
  stage(frame) {
    if (frame.countdown && Number.isFinite(frame.seconds)) this.countdown.start(frame.countdown, frame.seconds);
    else this.progress(frame.message);
  }

  /** @param {string} words */
  #say(words) {
    const line = this.running()?.querySelector("[data-progress]");
    if (line) line.textContent = words || gettext("Being written");
    const hidden = Boolean(line) || !words;
    this.#keeping(() => {
      this.progressLine.hidden = hidden;
      /** @type {HTMLElement} */ (this.progressLine.lastElementChild).textContent = words;
    });
  }

  /**
   * Put the server's own element of a stored message in place of ours, so that the page equals what a reload shows.
   * @param {string} id
   */
  async refresh(id) {
    const url = (this.root.dataset.messageUrl ?? "").replace("00000000-0000-0000-0000-000000000000", id);
    let html = "";
    try {
      const response = await fetch(url, { credentials: "same-origin" });
      if (!response.ok || response.redirected) return;
      html = await response.text();
    } catch {
      return; // the connection is away; what the socket brought stands
    }
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    const old = this.find(id);
    if (!(fresh instanceof HTMLElement) || !old || old.dataset.status === "running") return;
    addCopyButtons(fresh);
    localTimes(fresh);
    this.#keeping(() => old.replaceWith(fresh));
  }

  /** To the end, and to stay there while more comes. */
  scrollDown() {
    this.near = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /**
   * Change the page; whoever reads at its end stays at its end.
   * @param {() => void} change
   * @param {boolean} [down] go there in any case
   */
  #keeping(change, down = false) {
    change();
    if (down) this.near = true;
    if (!this.near || this.scrollPlanned) return;
    this.scrollPlanned = true;
    requestAnimationFrame(() => {
      this.scrollPlanned = false;
      if (this.near) this.scrollDown();
    });
  }

  #isNear() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
  }

  /** @param {string | null} parent */
  #branchAfter(parent) {
    const all = this.#all();
    const from = parent === null ? 0 : all.findIndex((element) => element.dataset.messageId === parent) + 1;
    for (const element of all.slice(from)) element.remove();
  }

  /** @param {any} frame of a reply */
  #makeReply(frame) {
    const element = this.#make("assistant", frame.message_id, frame.sequence ?? 0);
    element.dataset.turnId = frame.turn_id;
    element.dataset.seq = "0";
    element.dataset.status = "running";
    this.turns.add(frame.turn_id);
    this.#keeping(() => this.#add(element));
    return element;
  }

  /** @param {string} role @param {string} id @param {number} sequence @returns {HTMLElement} */
  #make(role, id, sequence) {
    const template = /** @type {HTMLTemplateElement} */ (this.root.querySelector(`template[data-template=${role}]`));
    const element = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
    element.id = `m-${id}`;
    element.dataset.messageId = id;
    element.dataset.sequence = String(sequence);
    return element;
  }

  /** @param {HTMLElement} element */
  #add(element) {
    this.root.querySelector("[data-empty]")?.remove();
    this.list.append(element);
  }
}

/** @param {HTMLElement} element */
function body(element) {
  return /** @type {HTMLElement} */ (element.querySelector(".message-body"));
}

/** The one text node of a running reply. @param {HTMLElement} element @returns {Text} */
function text(element) {
  const live = /** @type {HTMLElement} */ (element.querySelector(".prose-live"));
  if (!(live.firstChild instanceof Text)) live.prepend(document.createTextNode(""));
  return /** @type {Text} */ (live.firstChild);
}
