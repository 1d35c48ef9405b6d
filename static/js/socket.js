// @ts-check
/**
 * The one socket of a page: connects, notices within a bounded time that nothing arrives any more, and connects again
 * with growing, uneven pauses.
 *
 * Events: `frame` (detail: the frame), `state` (detail: a State).
 */

import { newId } from "./ids.js";

/**
 * "database": connected to a server that waits for its database.
 * @typedef {"connecting" | "open" | "database" | "waiting" | "signed-out" | "gone"} Name
 */
/** @typedef {"lost" | "offline" | "restart" | "failed" | "slow" | "flood"} Reason */
/**
 * @typedef {object} State
 * @property {Name} name
 * @property {Reason} reason of "waiting"
 * @property {number} retryAt of "waiting": on the page's clock (performance.now)
 */

const TICK = 1_000;
const PING_AFTER = 10_000; // silence after which the server is asked
const ANSWER = 10_000; // a question that is not answered by then has found nobody; commands wait for the database 5 s
const DOUBT_ANSWER = 4_000; // the same after a sleep or a change of the network
const CONNECT_WITHIN = 10_000;
const DATABASE_AFTER = 2_000; // accepted, and no first frame
const JUMP = 5_000; // the page slept: its timers did not run
const STEADY = 5_000;
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 6_000;
const FLOOD_PAUSE = 10_000;

/** @type {Record<number, Reason>} */
const REASONS = { 1001: "restart", 1012: "restart", 1011: "failed", 4408: "slow", 4429: "flood" };

export class ChatSocket extends EventTarget {
  /** @param {string} conversation @param {number} rev what the page knows */
  constructor(conversation, rev) {
    super();
    this.conversation = conversation;
    this.rev = rev;
    /** @type {State} */
    this.state = { name: "connecting", reason: "lost", retryAt: 0 };
    /** @type {WebSocket | null} */
    this.socket = null;
    this.attempts = 0;
    this.established = false;
    this.startedAt = 0;
    this.establishedAt = 0;
    this.heardAt = 0;
    this.askedAt = 0; // the oldest question since something was heard; 0: none
    this.answerWithin = ANSWER;
    this.tickAt = performance.now();
    this.tickWall = Date.now();
    /** @type {number | undefined} */
    this.retryTimer = undefined;
    // a rev is claimed only when everything sent before it has surely arrived: at the next pong
    this.nextRev = rev;
    window.setInterval(() => this.#watch(), TICK);
    window.addEventListener("online", () => this.doubt());
    window.addEventListener("offline", () => this.doubt());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.doubt();
    });
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.doubt();
    });
  }

  connect() {
    window.clearTimeout(this.retryTimer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/chat/${this.conversation}/?rev=${this.rev}`);
    this.socket = socket;
    this.established = false;
    this.startedAt = performance.now();
    this.askedAt = 0;
    socket.addEventListener("open", () => {
      if (this.socket === socket) this.startedAt = this.heardAt = performance.now();
    });
    socket.addEventListener("message", (event) => {
      if (this.socket !== socket) return;
      this.heardAt = performance.now();
      this.askedAt = 0;
      this.answerWithin = ANSWER;
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
    return this.established && this.#put(command);
  }

  /** Try now instead of at the end of the pause; also after the person has signed in again elsewhere. */
  retry() {
    if (this.socket === null) this.connect();
  }

  /** Something may have changed: a sleep, the network, the person's return. Find out soon. */
  doubt() {
    this.tickAt = performance.now();
    this.tickWall = Date.now();
    if (this.state.name === "waiting") this.#become("waiting", this.#reason(this.state.reason), this.state.retryAt);
    if (this.socket === null) {
      if (this.state.name !== "gone") this.retry();
    } else if (this.socket.readyState === WebSocket.OPEN) {
      this.answerWithin = DOUBT_ANSWER;
      this.#ping();
    } else {
      this.startedAt = Math.min(this.startedAt, performance.now() - CONNECT_WITHIN + DOUBT_ANSWER);
    }
  }

  #ping() {
    this.#put({ type: "ping", request_id: newId() });
  }

  /** @param {Record<string, unknown>} command */
  #put(command) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(command));
    this.askedAt ||= performance.now();
    return true;
  }

  /** @param {string} data */
  #receive(data) {
    const frame = JSON.parse(data);
    if (frame.type === "connection_established") {
      this.established = true;
      this.establishedAt = performance.now();
      this.#become("open");
    } else if (frame.type === "conversation_updated") {
      this.nextRev = Math.max(this.nextRev, frame.rev);
      this.#ping();
    } else if (frame.type === "pong") {
      this.rev = this.nextRev;
      return;
    }
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
  }

  /** @param {number} code */
  #closed(code) {
    const held = this.established;
    // only a connection that has held for a while makes the next pause short again
    if (held && performance.now() - this.establishedAt > STEADY) this.attempts = 0;
    this.socket = null;
    this.established = false;
    // after a change of password the cookie is a new one: only a connection that does not begin says signed out
    if (code === 4401 && !held) return this.#become("signed-out");
    if (code === 4404) return this.#become("gone");
    const most = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.attempts);
    const pause = code === 4401 ? 0 : (code === 4429 ? FLOOD_PAUSE : most) * (0.5 + Math.random());
    this.attempts += 1;
    this.retryTimer = window.setTimeout(() => this.connect(), pause);
    // an attempt that fails says nothing new about why the connection was lost
    const reason = REASONS[code] ?? (this.state.name === "waiting" ? this.state.reason : "lost");
    this.#become("waiting", this.#reason(reason), performance.now() + pause);
  }

  /** @param {Reason} reason @returns {Reason} */
  #reason(reason) {
    if (!navigator.onLine) return "offline";
    return reason === "offline" ? "lost" : reason;
  }

  /** Nothing comes back on this connection: leave it without waiting for its end. */
  #drop() {
    const dead = this.socket;
    this.#closed(1006);
    dead?.close();
  }

  #watch() {
    const now = performance.now();
    const slept = Math.max(now - this.tickAt, Date.now() - this.tickWall) > JUMP;
    this.tickAt = now;
    this.tickWall = Date.now();
    const open = this.socket?.readyState === WebSocket.OPEN;
    if (open && this.askedAt && now - this.askedAt > this.answerWithin) return this.#drop();
    if (slept) return this.doubt();
    if (!this.socket) return;
    if (!open) {
      if (now - this.startedAt > CONNECT_WITHIN) this.#drop();
      return;
    }
    if (!this.established && now - this.startedAt > DATABASE_AFTER) this.#become("database");
    if (!this.askedAt && now - this.heardAt > PING_AFTER) this.#ping();
  }

  /** @param {Name} name @param {Reason} [reason] @param {number} [retryAt] */
  #become(name, reason = "lost", retryAt = 0) {
    const { state } = this;
    if (state.name === name && state.reason === reason && state.retryAt === retryAt) return;
    this.state = { name, reason, retryAt };
    this.dispatchEvent(new CustomEvent("state", { detail: this.state }));
  }
}
