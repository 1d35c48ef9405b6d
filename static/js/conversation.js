// @ts-check
/** The page of a conversation: brings socket, transcript, composer, plan and unsent messages together. */

import { Composer } from "./composer.js";
import { openVersionsHere } from "./drawer.js";
import { newId } from "./ids.js";
import { dropUnsent, putUnsent, readUnsent, writeDraft } from "./outbox.js";
import { Panel } from "./panel.js";
import { Pending } from "./pending.js";
import { ChatSocket } from "./socket.js";
import { Transcript } from "./transcript.js";
import { gettext, sentenceFor } from "./words.js";

const STALE = 10 * 60 * 1_000; // an unsent message older than that is sent only when the person says so

const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const conversation = root.dataset.conversation ?? "";
const transcript = new Transcript(root);
const panel = new Panel(root);
const connectionLine = /** @type {HTMLElement} */ (root.querySelector("[data-connection]"));
const stopButton = /** @type {HTMLButtonElement | null} */ (root.querySelector("[data-action=stop]"));
const form = /** @type {HTMLFormElement | null} */ (root.querySelector("[data-composer]"));

const socket = new ChatSocket(conversation, Number(root.dataset.rev));

/** @type {Map<string, import("./outbox.js").Unsent>} by request id, oldest first */
const unsent = new Map();
/** @type {Set<string>} refused or too old: they wait for the person */
const held = new Set();
/** @type {Set<string>} sent on the present connection */
const sent = new Set();
/** @type {{ turnId: string, requestId: string } | null} */
let running = null;
let stopping = "";
let resumeAsked = "";

const pending = new Pending(root, {
  again: (requestId) => {
    held.delete(requestId);
    sent.delete(requestId);
    flush();
  },
  back: (requestId) => {
    const taken = unsent.get(requestId);
    forget(requestId);
    if (taken) composer?.giveBack(taken.text);
  },
});

const composer = form ? new Composer(form, conversation, (text, editing) => {
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
  const entry = { request_id: newId(), type, fields, text, at: Date.now(), parentLater: type === "ai_chat" && Boolean(running) };
  unsent.set(entry.request_id, entry);
  if (text) putUnsent(conversation, entry);
  pending.show(entry, waitingWords());
  composer?.showError(text || socket.state === "open" ? "" : waitingWords());
  transcript.scrollDown();
  flush();
}

function waitingWords() {
  if (running) return gettext("Will be sent when the reply ends.");
  return socket.state === "open" ? gettext("Sending") : gettext("Kept here; it is sent as soon as there is a connection.");
}

/** Send the oldest command that waits; the next one follows when its reply has ended. */
function flush() {
  for (const [requestId, entry] of unsent) {
    if (held.has(requestId)) continue;
    if (sent.has(requestId)) return;
    if (!running && entry.parentLater) {
      entry.fields = { content: entry.fields.content, parent: transcript.lastId() };
      entry.parentLater = false;
      putUnsent(conversation, entry);
    }
    const ready = !running && socket.send({ type: entry.type, request_id: requestId, ...entry.fields });
    if (ready) sent.add(requestId);
    pending.show(entry, waitingWords(), { back: !ready });
    return;
  }
}

/** @param {string} requestId */
function forget(requestId) {
  unsent.delete(requestId);
  held.delete(requestId);
  sent.delete(requestId);
  dropUnsent(conversation, requestId);
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

let leaving = 0;
window.addEventListener("beforeunload", () => (leaving = Date.now()));

function reload() {
  // the person's own step to another branch is on its way: a reload would break it off
  if (Date.now() - leaving < 5_000) return;
  // once for each state of the server: a page that is wrong after a reload says so instead of loading for ever
  const key = `trademe:reload:${conversation}`;
  const now = Date.now();
  if (now - Number(sessionStorage.getItem(key)) < 3_000) {
    composer?.showError(gettext("This page is behind the server. Load it again."));
    return;
  }
  sessionStorage.setItem(key, String(now));
  location.reload();
}

/** @type {Record<string, (frame: any) => void>} */
const handlers = {
  connection_established(frame) {
    sent.clear();
    resumeAsked = "";
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
    if (!transcript.begin(frame)) return reload();
    if (!known) setRunning({ turnId: frame.turn_id, requestId: frame.request_id });
    writeDraft("new", "");
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
    if (!running && !root.dataset.history && frame.head !== transcript.lastId()) reload();
  },

  error(frame) {
    const words = String(frame.message || sentenceFor(frame.code));
    if (frame.code === "bad_cursor") return reload();
    const entry = frame.request_id ? unsent.get(frame.request_id) : undefined;
    if (!entry) {
      composer?.showError(words);
      return;
    }
    sent.delete(entry.request_id);
    if (frame.code === "busy") {
      // a refused request has started nothing: with the same id it may find another parent
      entry.parentLater = entry.type === "ai_chat";
      if (!running && frame.turn_id) {
        setRunning({ turnId: frame.turn_id, requestId: "" });
        resume(frame.turn_id, 0);
      }
      pending.show(entry, waitingWords());
      return;
    }
    if (frame.code === "request_id_reused" && entry.text) {
      // another tab sent the same message first: it is stored
      forget(entry.request_id);
      return;
    }
    if (!entry.text) {
      forget(entry.request_id);
      composer?.showError(words);
      setRunning(running);
      return;
    }
    held.add(entry.request_id);
    pending.show(entry, words, { failed: true, again: true });
  },
};

socket.addEventListener("frame", (event) => {
  const frame = /** @type {CustomEvent} */ (event).detail;
  handlers[frame.type]?.(frame);
});

socket.addEventListener("state", (event) => showConnection(/** @type {CustomEvent} */ (event).detail));

/** @param {string} state */
function showConnection(state) {
  connectionLine.dataset.state = state;
  /** @type {Record<string, string>} */
  const words = {
    connecting: gettext("Connecting"),
    open: gettext("Connected"),
    waiting: gettext("No connection. Trying again…"),
    gone: gettext("This conversation was deleted."),
  };
  connectionLine.textContent = words[state] ?? "";
  if (running) transcript.progress(state === "waiting" ? gettext("Waiting for the connection") : "");
  if (state === "signed-out") {
    connectionLine.dataset.state = "lost";
    const link = document.createElement("a");
    link.href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = gettext("You are signed out. Sign in again; your text is kept.");
    connectionLine.replaceChildren(link);
  }
  for (const entry of unsent.values()) {
    if (!held.has(entry.request_id) && !sent.has(entry.request_id)) pending.show(entry, waitingWords());
  }
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
  for (const entry of readUnsent(conversation)) {
    unsent.set(entry.request_id, entry);
    if (Date.now() - entry.at > STALE) {
      held.add(entry.request_id);
      pending.show(entry, gettext("This was not sent."), { again: true });
    } else {
      pending.show(entry, waitingWords());
    }
  }
  const shown = transcript.running();
  if (shown?.dataset.turnId) setRunning({ turnId: shown.dataset.turnId, requestId: "" });
  showConnection("connecting");
  socket.connect();
  if (location.hash.startsWith("#m-")) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  else transcript.scrollDown();
  if (matchMedia("(hover: hover)").matches) composer?.field.focus({ preventScroll: true });
}
