// @ts-check
/** The page of a conversation: brings socket, transcript, composer, plan and unsent messages together. */

import { Composer } from "./composer.js";
import { ConnectionLine } from "./connection.js";
import { openVersionsHere } from "./drawer.js";
import { newId } from "./ids.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Pending } from "./pending.js";
import { ChatSocket } from "./socket.js";
import { hasUnkept } from "./store.js";
import { Tabs } from "./tabs.js";
import { Transcript } from "./transcript.js";
import { gettext, sentenceFor } from "./words.js";

const STALE = 10 * 60 * 1_000; // an unsent message older than that is sent only when the person says so
const AGAIN_AFTER = [2_000, 4_000, 8_000]; // ms between tries while the database is away
const CAUGHT_UP_LATELY = 3_000; // ms

const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const conversation = root.dataset.conversation ?? "";
const user = root.dataset.user ?? "";
const tabs = new Tabs(user, conversation);
const outbox = new Outbox(user, conversation, tabs);
const transcript = new Transcript(root);
const panel = new Panel(root);
const stopButton = /** @type {HTMLButtonElement | null} */ (root.querySelector("[data-action=stop]"));
const form = /** @type {HTMLFormElement | null} */ (root.querySelector("[data-composer]"));

const socket = new ChatSocket(conversation, Number(root.dataset.rev));
const connectionLine = form ? new ConnectionLine(root, () => socket.retry()) : null;

/** @type {Map<string, import("./outbox.js").Unsent>} by request id, oldest first */
const unsent = new Map();
/** @type {Set<string>} refused or too old: they wait for the person */
const held = new Set();
/** @type {Set<string>} sent on the present connection */
const sent = new Set();
/** @type {Map<string, number>} refused for a moment: they are sent again by themselves */
const resting = new Map();
/** @type {Map<string, number>} how often that has happened */
const rests = new Map();
/** @type {{ turnId: string, requestId: string } | null} */
let running = null;
let stopping = "";
let resumeAsked = "";

const pending = new Pending(root, {
  again: (requestId) => {
    held.delete(requestId);
    sent.delete(requestId);
    wake(requestId);
    flush();
  },
  edit: (requestId) => {
    const taken = unsent.get(requestId);
    if (!taken) return;
    const target = String(taken.fields.message_id ?? "");
    const message = taken.type === "edit" ? transcript.find(target) : null;
    if (message) composer?.edit(target, message.querySelector(".prose")?.textContent ?? "", taken.text);
    else composer?.giveBack(taken.text);
    forget(requestId); // after the composer has stored it: it is always in one of the two
    composer?.sayWhetherKept();
  },
  discard: (requestId) => {
    const taken = unsent.get(requestId);
    if (!taken) return;
    pending.discarded(requestId, () => {
      unsent.set(requestId, taken);
      held.add(requestId);
      outbox.put(taken);
      pending.show(taken, gettext("This was not sent."), { again: true });
    });
    forget(requestId);
    composer?.sayWhetherKept();
  },
});

const composer = form ? new Composer(form, outbox, (text, editing) => {
  if (editing) command("edit", { message_id: editing, content: text }, text);
  else command("ai_chat", { content: text, parent: transcript.lastId() }, text);
}) : null;

/**
 * Keep a command until the server has answered it, and send it as soon as it can be sent.
 * @param {import("./outbox.js").Unsent["type"]} type
 * @param {Record<string, unknown>} fields
 * @param {string} [text]
 */
function command(type, fields, text = "") {
  // what is said while a reply runs follows that reply, whose id as a stored message is not known before its end
  const parentLater = type === "ai_chat" && Boolean(running);
  const entry = { request_id: newId(), type, fields, text, at: Date.now(), parentLater, tried: false, tab: tabs.id };
  unsent.set(entry.request_id, entry);
  if (text) outbox.put(entry);
  showWaiting(entry);
  composer?.showError(text || socket.state.name === "open" ? "" : waitingWords(entry));
  transcript.scrollDown();
  flush();
}

/** @param {import("./outbox.js").Unsent} entry */
function waitingWords(entry) {
  if (socket.state.name === "signed-out") return gettext("Kept here; it is sent when you have signed in again.");
  if (socket.state.name === "gone") return gettext("This was not sent.");
  if (running) return gettext("Will be sent when the reply ends.");
  if (socket.state.name === "open") return gettext("Sending");
  if (entry.tried) return gettext("Kept here; whether it arrived is found out as soon as there is a connection.");
  return gettext("Kept here; it is sent as soon as there is a connection.");
}

/** @param {import("./outbox.js").Unsent} entry */
function showWaiting(entry) {
  // what may have arrived is not offered for editing: it would be said twice
  const back = !sent.has(entry.request_id) && (!entry.tried || socket.state.name === "gone");
  pending.show(entry, waitingWords(entry), { back });
}

/** What an earlier page or a closed tab did not send. @param {import("./outbox.js").Unsent} entry */
function takeOver(entry) {
  if (unsent.has(entry.request_id)) return;
  unsent.set(entry.request_id, entry);
  if (Date.now() - entry.at <= STALE) return showWaiting(entry);
  held.add(entry.request_id);
  const words = entry.tried
    ? gettext("It is not known whether this was sent. “Send now” makes sure; it is never stored twice.")
    : gettext("This was not sent.");
  pending.show(entry, words, { again: true, back: !entry.tried });
}

/** Send the oldest command that waits; the next one follows when its reply has ended. */
function flush() {
  for (const [requestId, entry] of unsent) {
    if (held.has(requestId)) continue;
    if (sent.has(requestId) || resting.has(requestId)) return;
    if (running || !socket.established) return showWaiting(entry);
    if (entry.parentLater) {
      entry.fields = { content: entry.fields.content, parent: transcript.lastId() };
      entry.parentLater = false;
    }
    entry.tried = true;
    if (entry.text) outbox.put(entry);
    if (socket.send({ type: entry.type, request_id: requestId, ...entry.fields })) sent.add(requestId);
    return showWaiting(entry);
  }
}

/** @param {string} requestId */
function wake(requestId) {
  window.clearTimeout(resting.get(requestId));
  resting.delete(requestId);
}

/**
 * Refused for a moment: send it again by itself, with the same id.
 * @param {import("./outbox.js").Unsent} entry
 * @param {string} words
 */
function rest(entry, words) {
  const id = entry.request_id;
  const count = rests.get(id) ?? 0;
  rests.set(id, count + 1);
  const pause = AGAIN_AFTER[Math.min(count, AGAIN_AFTER.length - 1)] * (0.75 + Math.random() / 2);
  wake(id);
  resting.set(id, window.setTimeout(() => {
    wake(id);
    flush();
  }, pause));
  pending.show(entry, words, { again: true, back: false });
}

/** @param {string} requestId */
function forget(requestId) {
  unsent.delete(requestId);
  held.delete(requestId);
  sent.delete(requestId);
  wake(requestId);
  rests.delete(requestId);
  outbox.drop(requestId);
  pending.remove(requestId);
}

/** @param {{ turnId: string, requestId: string } | null} turn */
function setRunning(turn) {
  running = turn;
  if (stopButton) {
    stopButton.hidden = !turn;
    stopButton.disabled = Boolean(turn && stopping === turn.turnId);
  }
  for (const button of root.querySelectorAll("[data-action=confirm]")) {
    if (button instanceof HTMLButtonElement) button.disabled = Boolean(turn);
  }
}

/** @param {string} turnId @param {number} afterSeq */
function resume(turnId, afterSeq) {
  if (resumeAsked === turnId) return;
  if (socket.send({ type: "resume", request_id: newId(), turn_id: turnId, after_seq: afterSeq })) {
    resumeAsked = turnId;
  }
}

/** @type {any[] | null} frames that come while the page is fetched again; they are handled after it */
let backlog = null;
let behind = false;
let caughtUpAt = -Infinity;
let caughtUpTo = 0; // rev

/** Show what a reload would show, without one: whoever is writing goes on writing. */
async function catchUp() {
  if (backlog) return;
  if (performance.now() - caughtUpAt < CAUGHT_UP_LATELY) {
    // once for each state of the server: a page that is wrong after that says so instead of fetching for ever
    composer?.showError(gettext("This page is behind the server. Load it again."));
    return;
  }
  backlog = [];
  try {
    const response = await fetch(location.pathname, { credentials: "same-origin" });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    show(page);
    behind = false;
    caughtUpAt = performance.now();
  } catch {
    behind = true; // signed out or no connection: with the next one it is tried again
  }
  const waiting = backlog;
  backlog = null;
  for (const frame of waiting) handle(frame);
  flush();
}

/** @param {Document} page a newer one of this conversation */
function show(page) {
  const fresh = /** @type {HTMLElement | null} */ (page.querySelector("[data-conversation]"));
  if (fresh?.dataset.user !== user) return;
  transcript.replace(fresh);
  caughtUpTo = Number(fresh.dataset.rev);
  panel.update({ html: fresh.querySelector("[data-panel-body]")?.innerHTML ?? "" });
  // after a new sign-in the forms of this page need its token
  const token = /** @type {HTMLInputElement | null} */ (page.querySelector("input[name=csrfmiddlewaretoken]"));
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
    if (input instanceof HTMLInputElement && token) input.value = token.value;
  }
  const shown = transcript.running();
  const turnId = shown?.dataset.turnId;
  setRunning(turnId ? { turnId, requestId: "" } : null);
  resumeAsked = "";
  // it may have ended since: then its end is the answer
  if (turnId) resume(turnId, Number(shown?.dataset.seq));
}

/** @type {Record<string, (frame: any) => void>} */
const handlers = {
  connection_established(frame) {
    sent.clear();
    for (const requestId of [...resting.keys()]) wake(requestId);
    resumeAsked = "";
    if (behind) void catchUp();
    const shown = transcript.running();
    const turnId = shown?.dataset.turnId ?? frame.running?.turn_id ?? running?.turnId;
    if (turnId) {
      // it may have ended meanwhile: then its end is the answer
      setRunning({ turnId, requestId: "" });
      resume(turnId, Number(shown?.dataset.seq ?? 0));
    }
    if (stopping && stopping === running?.turnId) sendStop(stopping);
    flush();
  },

  ai_chat_start(frame) {
    forget(frame.request_id);
    const known = transcript.turns.has(frame.turn_id);
    composer?.sayWhetherKept();
    if (!transcript.begin(frame)) return void catchUp();
    if (!known) setRunning({ turnId: frame.turn_id, requestId: frame.request_id });
  },

  ai_stream_start(frame) {
    if (transcript.find(frame.message_id)?.dataset.status !== "running" && running?.turnId !== frame.turn_id) return;
    transcript.startReply(frame);
  },

  ai_progress_update(frame) {
    if (running?.turnId === frame.turn_id) transcript.progress(frame.message);
  },

  ai_stream_chunk(frame) {
    if (transcript.append(frame)) {
      if (resumeAsked === frame.turn_id) resumeAsked = "";
      return;
    }
    resume(frame.turn_id, Number(transcript.find(frame.message_id)?.dataset.seq ?? 0));
  },

  async ai_stream_end(frame) {
    // an end that is told again may belong to a branch that is not shown any more
    if (running?.turnId !== frame.turn_id && !transcript.find(frame.message_id)) return;
    if (!frame.html && frame.html_url) {
      const response = await fetch(frame.html_url, { credentials: "same-origin" }).catch(() => null);
      if (response?.ok) frame.html = await response.text();
    }
    transcript.end(frame);
    if (stopping === frame.turn_id) stopping = "";
    if (resumeAsked === frame.turn_id) resumeAsked = "";
    if (!running || running.turnId === frame.turn_id) {
      setRunning(null);
      flush();
    }
  },

  ai_stream_error(frame) {
    // the reply itself says what happened and what can be done; this is for the time until its end arrives
    if (running?.turnId === frame.turn_id) transcript.progress(String(frame.message || sentenceFor(frame.code)));
  },

  notice(frame) {
    transcript.notice(frame);
  },

  strategy_maturity(frame) {
    panel.update(frame);
    setRunning(running);
  },

  conversation_updated(frame) {
    if (frame.title) {
      /** @type {HTMLElement} */ (root.querySelector("[data-title]")).textContent = frame.title;
      document.title = `${frame.title} · Trademe`;
      const name = root.querySelector(`.sidebar [data-conversation-id="${CSS.escape(conversation)}"] .conversation-title`);
      if (name) name.textContent = frame.title;
    }
    // another tab chose another branch
    const news = !running && !root.dataset.history && frame.rev >= caughtUpTo;
    if (news && frame.head !== transcript.lastId()) void catchUp();
  },

  error(frame) {
    const words = String(frame.message || sentenceFor(frame.code));
    if (frame.code === "bad_cursor") return void catchUp();
    const entry = frame.request_id ? unsent.get(frame.request_id) : undefined;
    if (!entry) {
      composer?.showError(words);
      return;
    }
    sent.delete(entry.request_id);
    if (frame.code === "busy") {
      // a refused request has started nothing: with the same id it may find another parent
      entry.tried = false;
      entry.parentLater = entry.type === "ai_chat";
      if (entry.text) outbox.put(entry);
      if (!running && frame.turn_id) {
        setRunning({ turnId: frame.turn_id, requestId: "" });
        resume(frame.turn_id, Number(transcript.running()?.dataset.seq ?? 0));
      }
      if (running) showWaiting(entry);
      else rest(entry, words);
      return;
    }
    if (frame.code === "request_id_reused" && entry.text) {
      // the same message was sent with another place before: it is stored
      forget(entry.request_id);
      composer?.sayWhetherKept();
      void catchUp();
      return;
    }
    if (!entry.text) {
      forget(entry.request_id);
      composer?.showError(words);
      setRunning(running);
      return;
    }
    // whether it was stored is not known: only the same id finds out
    if (frame.code === "database_unavailable") return rest(entry, words);
    entry.tried = frame.code === "internal_error";
    outbox.put(entry);
    held.add(entry.request_id);
    const again = !["too_long", "empty_message", "bad_frame"].includes(frame.code);
    pending.show(entry, words, { failed: true, again, back: !entry.tried });
    flush();
  },
};

/** @param {any} frame */
function handle(frame) {
  if (backlog) backlog.push(frame);
  else handlers[frame.type]?.(frame);
}

socket.addEventListener("frame", (event) => handle(/** @type {CustomEvent} */ (event).detail));

let wasSignedOut = false;

socket.addEventListener("state", (event) => {
  const state = /** @type {CustomEvent<import("./socket.js").State>} */ (event).detail;
  connectionLine?.show(state);
  if (running) transcript.progress(state.name === "waiting" ? gettext("Waiting for the connection") : "");
  if (state.name === "signed-out") wasSignedOut = true;
  if (state.name === "open" && wasSignedOut) {
    wasSignedOut = false;
    behind = true; // the forms of this page hold a token of the old session
  }
  for (const entry of unsent.values()) {
    if (!held.has(entry.request_id) && !resting.has(entry.request_id)) showWaiting(entry);
  }
});

tabs.addEventListener("signed-in", () => socket.retry());
tabs.addEventListener("left", () => void takeOverFromClosedTabs());

window.addEventListener("beforeunload", (event) => {
  if (hasUnkept()) event.preventDefault();
});

/** Messages of tabs that are gone are sent by this one. @param {boolean} [alsoDraft] */
async function takeOverFromClosedTabs(alsoDraft = false) {
  const others = await tabs.others();
  if (others.has(tabs.id)) {
    // this tab is a copy: what was unsent belongs to the first one
    for (const entry of outbox.own()) {
      unsent.delete(entry.request_id);
      held.delete(entry.request_id);
      pending.remove(entry.request_id);
    }
    tabs.renew();
    composer?.keep();
    return;
  }
  if (alsoDraft && composer?.isEmpty) composer.adopt(outbox.adoptDraft(others));
  for (const entry of outbox.adopt(others)) takeOver(entry);
  flush();
}

/** @param {string} turnId */
function sendStop(turnId) {
  stopping = turnId;
  setRunning(running);
  socket.send({ type: "stop", request_id: newId(), turn_id: turnId });
}

root.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const button = target.closest("button[data-action], button[data-say]");
  if (!(button instanceof HTMLElement)) return;
  const message = button.closest("[data-message-id]");
  const id = message instanceof HTMLElement ? message.dataset.messageId ?? "" : "";
  if (button.dataset.say !== undefined) {
    composer?.fill(button.dataset.say);
    panel.close();
    return;
  }
  switch (button.dataset.action) {
    case "stop":
      if (running) sendStop(running.turnId);
      break;
    case "continue":
    case "regenerate":
      if (!running) command(button.dataset.action, { message_id: id });
      else composer?.showError(sentenceFor("busy"));
      break;
    case "edit":
      composer?.edit(id, message?.querySelector(".prose")?.textContent ?? "");
      break;
    case "confirm":
      /** @type {HTMLButtonElement} */ (button).disabled = true;
      panel.close();
      command("confirm_generation", { spec_revision: Number(button.dataset.specRevision) });
      break;
  }
});

openVersionsHere(root);
if (!root.dataset.history) {
  for (const entry of outbox.own()) takeOver(entry);
  const shown = transcript.running();
  if (shown?.dataset.turnId) setRunning({ turnId: shown.dataset.turnId, requestId: "" });
  connectionLine?.show(socket.state);
  socket.connect();
  void takeOverFromClosedTabs(true);
  if (location.hash.startsWith("#m-")) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  else transcript.scrollDown();
  if (matchMedia("(hover: hover)").matches) composer?.field.area.focus({ preventScroll: true });
}
