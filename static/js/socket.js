// @ts-check
/**
 * The one socket of a page: connects, pings, notices silence, and connects again with growing, uneven pauses.
 *
 * Events: `frame` (detail: the frame), `state` (detail: "connecting" | "open" | "waiting" | "signed-out" | "gone").
 */

import { newId } from "./ids.js";

const PING_EVERY = 15_000;
const SILENCE = 25_000;
const STEADY = 5_000;
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 15_000;

export class ChatSocket extends EventTarget {
  /** @param {string} conversation @param {number} rev what the page knows */
  constructor(conversation, rev) {
    super();
    this.conversation = conversation;
    this.rev = rev;
    this.state = "connecting";
    /** @type {WebSocket | null} */
    this.socket = null;
    this.attempts = 0;
    this.heardAt = 0;
    this.establishedAt = 0;
    /** @type {number | undefined} */
    this.retryTimer = undefined;
    this.established = false;
    // a rev is claimed only when everything sent before it has surely arrived: at the next pong
    this.nextRev = rev;
    window.setInterval(() => this.#watch(), 5_000);
    window.addEventListener("online", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#retryNow();
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) location.reload();
    });
  }

  connect() {
    window.clearTimeout(this.retryTimer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/chat/${this.conversation}/?rev=${this.rev}`);
    this.socket = socket;
    this.established = false;
    this.heardAt = Date.now();
    socket.addEventListener("message", (event) => {
      if (this.socket !== socket) return;
      this.heardAt = Date.now();
      this.#receive(event.data);
    });
    socket.addEventListener("close", (event) => {
      if (this.socket === socket) this.#closed(event.code);
    });
  }

  /**
   * Send a command; false when there is no connection that would carry it.
   * @param {Record<string, unknown>} command
   */
  send(command) {
    if (!this.established || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(command));
    return true;
  }

  /** @param {string} data */
  #receive(data) {
    const frame = JSON.parse(data);
    if (frame.type === "connection_established") {
      this.established = true;
      this.establishedAt = Date.now();
      this.#become("open");
    } else if (frame.type === "conversation_updated") {
      this.nextRev = Math.max(this.nextRev, frame.rev);
      this.send({ type: "ping", request_id: newId() });
    } else if (frame.type === "pong") {
      this.rev = this.nextRev;
      return;
    }
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  /** @param {number} code */
  #closed(code) {
    // only a connection that has held for a while makes the next pause short again
    if (this.established && Date.now() - this.establishedAt > STEADY) this.attempts = 0;
    const held = this.established;
    this.socket = null;
    this.established = false;
    // after a change of password the cookie is a new one: only a connection that does not begin says signed out
    if (code === 4401 && !held) return this.#become("signed-out");
    if (code === 4404) return this.#become("gone");
    this.#become("waiting");
    const pause = code === 4429 ? LONGEST_PAUSE : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.attempts);
    this.attempts += 1;
    this.retryTimer = window.setTimeout(() => this.connect(), pause * (0.5 + Math.random()));
  }

  #watch() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const silent = Date.now() - this.heardAt;
    if (silent > SILENCE) {
      const dead = this.socket;
      this.#closed(1006);
      dead.close();
    } else if (silent > PING_EVERY - 5_000) {
      this.send({ type: "ping", request_id: newId() });
    }
  }

  #retryNow() {
    if (this.state === "waiting" && this.socket === null) this.connect();
  }

  /** @param {string} state */
  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
