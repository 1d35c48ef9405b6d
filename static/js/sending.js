// @ts-check
/**
 * Commands on their way: each is kept until the server has answered it, sent when it can be, one after the other, with
 * the same id however often; what becomes of it is said beside it.
 */

import { imagesOf } from "./attaching.js";
import { newId } from "./ids.js";
import { Pending } from "./pending.js";
import { gettext } from "./words.js";

const STALE = 10 * 60 * 1_000; // an unsent message older than that is sent only when the person says so
const AGAIN_AFTER = [2_000, 4_000, 8_000]; // ms between tries while the database is away
const NOT_AS_IT_IS = ["too_long", "empty_message", "bad_frame"]; // sending the same again would be refused again

/** @typedef {import("./outbox.js").Unsent} Unsent */

/**
 * What sending needs of its page.
 * @typedef {object} Page
 * @property {import("./socket.js").ChatSocket} socket
 * @property {import("./transcript.js").Transcript} transcript
 * @property {() => import("./composer.js").Composer | null} composer
 * @property {() => boolean} isRunning whether a reply is being written
 * @property {() => boolean} isChoosing whether the choice of who answers is on its way to the server
 */

export class Sending {
  /**
   * @param {HTMLElement} root
   * @param {import("./outbox.js").Outbox} outbox
   * @param {Page} page
   */
  constructor(root, outbox, page) {
    this.outbox = outbox;
    this.page = page;
    /** @type {Map<string, Unsent>} by request id, oldest first */
    this.unsent = new Map();
    /** @type {Set<string>} refused or too old: they wait for the person */
    this.held = new Set();
    /** @type {Set<string>} sent on the present connection */
    this.sent = new Set();
    /** @type {Map<string, number>} refused for a moment: they are sent again by themselves */
    this.resting = new Map();
    /** @type {Map<string, number>} how often that has happened */
    this.rests = new Map();
    this.pending = new Pending(root, {
      again: (requestId) => this.#again(requestId),
      edit: (requestId) => this.#edit(requestId),
      discard: (requestId) => this.#discard(requestId),
    });
  }

  /**
   * Keep a command until the server has answered it, and send it as soon as it can be sent.
   * @param {Unsent["type"]} type
   * @param {Record<string, unknown>} fields
   * @param {string} [text]
   * @param {import("./attaching.js").ImageRef[]} [images]
   */
  command(type, fields, text = "", images = []) {
    // what is said while a reply runs follows that reply, whose id as a stored message is not known before its end
    const parentLater = type === "ai_chat" && this.page.isRunning();
    const tab = this.outbox.tab.id;
    if (images.length) fields.attachments = images.map((image) => image.id);
    const entry = { request_id: newId(), type, fields, text, images, at: Date.now(), parentLater, tried: false, tab };
    this.unsent.set(entry.request_id, entry);
    if (text) this.outbox.put(entry);
    this.#showWaiting(entry);
    this.page.composer()?.showError(text || this.page.socket.established ? "" : this.#waitingWords(entry));
    this.page.transcript.scrollDown();
    this.flush();
  }

  /** What an earlier page or a closed tab did not send. @param {Unsent} entry */
  takeOver(entry) {
    if (this.unsent.has(entry.request_id)) return;
    this.unsent.set(entry.request_id, entry);
    if (Date.now() - entry.at <= STALE) {
      this.#showWaiting(entry);
      return;
    }
    this.held.add(entry.request_id);
    const words = entry.tried
      ? gettext("It is not known whether this was sent. “Send now” makes sure; it is never stored twice.")
      : gettext("This was not sent.");
    this.pending.show(entry, words, { again: true, back: !entry.tried });
  }

  /** It is another tab's: not shown and not sent here. @param {string} requestId */
  leaveToItsTab(requestId) {
    this.unsent.delete(requestId);
    this.held.delete(requestId);
    this.pending.remove(requestId);
  }

  /** Send the oldest command that waits; the next one follows when its reply has ended. */
  flush() {
    const { socket, transcript } = this.page;
    for (const [requestId, entry] of this.unsent) {
      if (this.held.has(requestId)) continue;
      if (this.sent.has(requestId) || this.resting.has(requestId)) return;
      if (!this.page.isRunning() && !this.page.isChoosing() && socket.established) {
        if (entry.parentLater) {
          entry.fields = { ...entry.fields, parent: transcript.lastId() };
          entry.parentLater = false;
        }
        entry.tried = true;
        if (entry.text) this.outbox.put(entry);
        if (socket.send({ type: entry.type, request_id: requestId, ...entry.fields })) this.sent.add(requestId);
      }
      this.#showWaiting(entry);
      return;
    }
  }

  /** A new connection: whatever is not acknowledged is sent on it once more. */
  connected() {
    this.sent.clear();
    for (const requestId of [...this.resting.keys()]) this.#wake(requestId);
  }

  /** The connection or the reply that was waited for is another. */
  restate() {
    for (const [requestId, entry] of this.unsent) {
      if (!this.held.has(requestId) && !this.resting.has(requestId)) this.#showWaiting(entry);
    }
  }

  /** The server has it, or the person took it back. @param {string} requestId */
  forget(requestId) {
    this.leaveToItsTab(requestId);
    this.sent.delete(requestId);
    this.#wake(requestId);
    this.rests.delete(requestId);
    this.outbox.drop(requestId);
    this.page.composer()?.sayWhetherKept();
  }

  /**
   * The same request with other fields was stored before, or none was started.
   * @param {Unsent} entry
   * @param {string} code
   * @param {string} words
   */
  refused(entry, code, words) {
    this.sent.delete(entry.request_id);
    if (!entry.text || code === "request_id_reused") return this.forget(entry.request_id);
    // whether it was stored is not known: only the same id finds out
    if (code === "database_unavailable") return this.#rest(entry, words);
    entry.tried = code === "internal_error";
    this.outbox.put(entry);
    this.held.add(entry.request_id);
    const again = !NOT_AS_IT_IS.includes(code);
    this.pending.show(entry, words, { failed: true, again, back: !entry.tried });
    this.flush();
  }

  /**
   * A reply runs: it is sent when that has ended. A refused request has started nothing, so with the same id it may
   * find another parent.
   * @param {Unsent} entry
   * @param {string} words
   */
  busy(entry, words) {
    this.sent.delete(entry.request_id);
    entry.tried = false;
    entry.parentLater = entry.type === "ai_chat";
    if (entry.text) this.outbox.put(entry);
    if (this.page.isRunning()) this.#showWaiting(entry);
    else this.#rest(entry, words);
  }

  /** @param {Unsent} entry */
  #waitingWords(entry) {
    const { name } = this.page.socket.state;
    if (name === "signed-out") return gettext("Kept here; it is sent when you have signed in again.");
    if (name === "gone") return gettext("This was not sent.");
    if (this.page.isRunning()) return gettext("Will be sent when the reply ends.");
    if (name === "open") return gettext("Sending");
    if (entry.tried) return gettext("Kept here; whether it arrived is found out as soon as there is a connection.");
    return gettext("Kept here; it is sent as soon as there is a connection.");
  }

  /** @param {Unsent} entry */
  #showWaiting(entry) {
    // what may have arrived is not offered for editing: it would be said twice
    const back = !this.sent.has(entry.request_id) && (!entry.tried || this.page.socket.state.name === "gone");
    this.pending.show(entry, this.#waitingWords(entry), { back });
  }

  /**
   * Refused for a moment: send it again by itself, with the same id.
   * @param {Unsent} entry
   * @param {string} words
   */
  #rest(entry, words) {
    const id = entry.request_id;
    const count = this.rests.get(id) ?? 0;
    this.rests.set(id, count + 1);
    const pause = AGAIN_AFTER[Math.min(count, AGAIN_AFTER.length - 1)] * (0.75 + Math.random() / 2);
    this.#wake(id);
    const timer = window.setTimeout(() => {
      this.#wake(id);
      this.flush();
    }, pause);
    this.resting.set(id, timer);
    this.pending.show(entry, words, { again: true, back: false });
  }

  /** @param {string} requestId */
  #wake(requestId) {
    window.clearTimeout(this.resting.get(requestId));
    this.resting.delete(requestId);
  }

  /** @param {string} requestId */
  #again(requestId) {
    this.held.delete(requestId);
    this.sent.delete(requestId);
    this.#wake(requestId);
    this.flush();
  }

  /** @param {string} requestId */
  #edit(requestId) {
    const taken = this.unsent.get(requestId);
    const composer = this.page.composer();
    if (!taken || !composer) return;
    const target = String(taken.fields.message_id ?? "");
    const message = taken.type === "edit" ? this.page.transcript.find(target) : null;
    const images = taken.images ?? [];
    if (message) composer.edit(target, message.querySelector(".prose")?.textContent ?? "", imagesOf(message), taken.text, images);
    else composer.giveBack(taken.text, images);
    this.forget(requestId); // after the composer has stored it: it is always in one of the two
  }

  /** @param {string} requestId */
  #discard(requestId) {
    const taken = this.unsent.get(requestId);
    if (!taken) return;
    this.pending.discarded(requestId, () => {
      this.unsent.set(requestId, taken);
      this.held.add(requestId);
      this.outbox.put(taken);
      this.pending.show(taken, gettext("This was not sent."), { again: true });
    });
    this.forget(requestId);
  }
}
