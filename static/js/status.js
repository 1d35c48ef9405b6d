// @ts-check
/** The live self-check: the server's own steps, then a socket, a reply and its history, as any tab has them. */

import { newId } from "./ids.js";

const STEP_SECONDS = 15;
const BADGES = { waiting: "badge", running: "badge badge-accent", good: "badge badge-good", bad: "badge badge-bad", skipped: "badge" };

/** A step that did not work: its message says why. */
class Failed extends Error {}

class Check {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.running = false;
    this.failed = false;
    this.conversation = "";
    this.shown = "";
    this.messageId = "";
    /** @type {WebSocket | undefined} */
    this.socket = undefined;
  }

  async run() {
    if (this.running) return;
    this.running = true;
    this.failed = false;
    for (const step of this.root.querySelectorAll("[data-step]")) this.#say(step.getAttribute("data-step") ?? "", "waiting");
    this.#result("running");
    let ticket = "";
    try {
      for (const step of ["database", "channel_layer"]) this.#say(step, "running");
      const begun = await this.#post(this.root.dataset.begin ?? "", {});
      for (const [step, outcome] of Object.entries(begun.steps)) this.#outcome(step, outcome);
      if (begun.conversation) {
        ticket = begun.ticket;
        this.conversation = begun.conversation;
        const open = await this.#step("socket", () => this.#open());
        if (!begun.builtin) {
          for (const step of ["reply", "history"]) this.#say(step, "skipped", { detail: this.root.dataset.noBuiltin });
        } else if (open && (await this.#step("reply", () => this.#converse()))) {
          await this.#step("history", () => this.#history());
        }
      }
    } catch (error) {
      this.#say("channel_layer", "waiting");
      this.#say("database", "bad", { detail: words(error) });
    }
    this.socket?.close();
    if (ticket) await this.#remove(ticket);
    this.#result(this.failed ? "bad" : "good");
    this.running = false;
  }

  /** @param {string} ticket */
  async #remove(ticket) {
    this.#say("removal", "running");
    try {
      const ended = await this.#post(this.root.dataset.end ?? "", { ticket });
      this.#outcome("removal", ended.steps.removal);
    } catch (error) {
      this.#say("removal", "bad", { detail: words(error) });
    }
  }

  /** @param {string} step @param {() => Promise<void>} act */
  async #step(step, act) {
    this.#say(step, "running");
    const began = performance.now();
    try {
      await within(act());
      this.#say(step, "good", { milliseconds: performance.now() - began });
      return true;
    } catch (error) {
      this.#say(step, "bad", { milliseconds: performance.now() - began, detail: words(error) });
      return false;
    }
  }

  async #open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/chat/${this.conversation}/`);
    this.socket = socket;
    await this.#frame("connection_established");
    const request_id = newId();
    const pong = this.#frame("pong");
    socket.send(JSON.stringify({ type: "ping", request_id }));
    if ((await pong).request_id !== request_id) throw new Failed("pong");
  }

  async #converse() {
    let text = "";
    let seq = 0;
    const ended = this.#frame("ai_stream_end", (frame) => {
      if (frame.type !== "ai_stream_chunk") return;
      if (frame.seq !== seq + 1) throw new Failed(`chunk ${frame.seq} after ${seq}`);
      seq = frame.seq;
      text += frame.text;
    });
    this.socket?.send(JSON.stringify({ type: "ai_chat", request_id: newId(), content: "status check", parent: null }));
    const end = await ended;
    if (end.status !== "complete") throw new Failed(end.status);
    if (end.content !== text) throw new Failed(`${end.content.length} / ${text.length}`);
    this.shown = text;
    this.messageId = end.message_id;
  }

  async #history() {
    const answer = await fetch(`/api/conversations/${this.conversation}/messages/`);
    if (!answer.ok) throw new Failed(`HTTP ${answer.status}`);
    const { results } = await answer.json();
    const reply = results.find((/** @type {any} */ message) => message.id === this.messageId);
    if (!reply || reply.content !== this.shown) throw new Failed(`${reply?.content.length} / ${this.shown.length}`);
  }

  /**
   * The next frame of this type; every other one is given to `other`. Errors and closes end the wait.
   * @param {string} type @param {(frame: any) => void} other @returns {Promise<any>}
   */
  #frame(type, other = () => {}) {
    const socket = this.socket;
    return new Promise((resolve, reject) => {
      if (!socket) return reject(new Failed("no socket"));
      const close = (/** @type {CloseEvent} */ event) => reject(new Failed(`close ${event.code}`));
      const message = (/** @type {MessageEvent} */ event) => {
        try {
          const frame = JSON.parse(event.data);
          if (frame.type === type) {
            socket.removeEventListener("message", message);
            socket.removeEventListener("close", close);
            resolve(frame);
          } else if (frame.type === "error" || frame.type === "ai_stream_error") {
            reject(new Failed(`${frame.code}: ${frame.message}`));
          } else {
            other(frame);
          }
        } catch (error) {
          reject(error);
        }
      };
      socket.addEventListener("message", message);
      socket.addEventListener("close", close);
    });
  }

  /** @param {string} url @param {Record<string, string>} fields @returns {Promise<any>} */
  async #post(url, fields) {
    const token = /** @type {HTMLInputElement} */ (this.root.querySelector("[name=csrfmiddlewaretoken]")).value;
    const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: token });
    const answer = await within(fetch(url, { method: "POST", body, headers: { Accept: "application/json" } }));
    const kind = answer.headers.get("Content-Type") ?? "";
    if (!kind.startsWith("application/json")) throw new Failed(`${this.root.dataset.unreachable} (HTTP ${answer.status})`);
    const found = await answer.json();
    if (!answer.ok) throw new Failed(found.message);
    return found;
  }

  /** @param {string} step @param {any} outcome of the server */
  #outcome(step, outcome) {
    this.#say(step, outcome.ok ? "good" : "bad", outcome);
  }

  /** @param {string} step @param {keyof typeof BADGES} state @param {{milliseconds?: number, detail?: string}} said */
  #say(step, state, { milliseconds, detail } = {}) {
    const item = this.root.querySelector(`[data-step="${step}"]`);
    if (!(item instanceof HTMLElement)) return;
    item.dataset.outcome = state;
    const badge = /** @type {HTMLElement} */ (item.querySelector("[data-state]"));
    badge.className = BADGES[state];
    badge.textContent = this.root.dataset[`word${state[0].toUpperCase()}${state.slice(1)}`] ?? state;
    const time = /** @type {HTMLElement} */ (item.querySelector("[data-time]"));
    time.textContent = milliseconds === undefined ? "" : `${Math.round(milliseconds * 10) / 10} ms`;
    const cure = /** @type {HTMLElement} */ (item.querySelector("[data-cure]"));
    cure.hidden = state !== "bad";
    const reason = /** @type {HTMLElement} */ (item.querySelector("[data-detail]"));
    reason.hidden = !detail;
    reason.textContent = detail ?? "";
    this.failed ||= state === "bad";
  }

  /** @param {"running" | "good" | "bad"} state */
  #result(state) {
    const words = { running: this.root.dataset.allRunning, good: this.root.dataset.allGood, bad: this.root.dataset.allBad };
    const result = /** @type {HTMLElement} */ (this.root.querySelector("[data-result]"));
    result.textContent = words[state] ?? "";
    this.root.dataset.outcome = state;
    const button = this.root.querySelector("[data-action=check]");
    if (button instanceof HTMLButtonElement) button.disabled = state === "running";
  }
}

/** @template T @param {Promise<T>} work @returns {Promise<T>} */
function within(work) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failed(`> ${STEP_SECONDS} s`)), STEP_SECONDS * 1000);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** @param {unknown} error */
function words(error) {
  return error instanceof Error ? error.message : String(error);
}

const root = document.querySelector("[data-status]");
if (root instanceof HTMLElement) {
  const check = new Check(root);
  root.querySelector("[data-action=check]")?.addEventListener("click", () => check.run());
  check.run();
}
