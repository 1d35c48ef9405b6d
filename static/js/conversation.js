// @ts-check
/** The page of a conversation: brings socket, transcript, composer, plan and unsent messages together. */

import { imagesOf } from "./attaching.js";
import { Composer } from "./composer.js";
import { ConnectionLine } from "./connection.js";
import { openVersionsHere } from "./drawer.js";
import { newId } from "./ids.js";
import { ModelChoice } from "./model_choice.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Runs } from "./runs.js";
import { Sending } from "./sending.js";
import { ChatSocket } from "./socket.js";
import { hasUnkept } from "./store.js";
import { Tabs } from "./tabs.js";
import { Transcript } from "./transcript.js";
import { gettext, sentenceFor } from "./words.js";

const CAUGHT_UP_LATELY = 1_000; // ms: the page is fetched at most that often
const CATCH_UP_AGAIN = 5_000; // ms after a failure

const root = /** @type {HTMLElement} */ (document.querySelector("[data-conversation]"));
const conversation = root.dataset.conversation ?? "";
const user = root.dataset.user ?? "";
const tabs = new Tabs(user, conversation);
const outbox = new Outbox(user, conversation, tabs);
const transcript = new Transcript(root);
const panel = new Panel(root);
const runs = new Runs(root);
const stopButton = /** @type {HTMLButtonElement | null} */ (root.querySelector("[data-action=stop]"));
const form = /** @type {HTMLFormElement | null} */ (root.querySelector("[data-composer]"));

const socket = new ChatSocket(conversation, Number(root.dataset.rev));
const connectionLine = form ? new ConnectionLine(root, () => socket.retry()) : null;

/** @type {{ turnId: string, requestId: string } | null} */
let running = null;
let stopping = "";
let resumeAsked = "";

const sending = new Sending(root, outbox, {
  socket,
  transcript,
  composer: () => composer,
  isRunning: () => Boolean(running),
  isChoosing: () => Boolean(choice?.isSettling),
});

const composer = form ? new Composer(form, outbox, (text, editing, images) => {
  if (editing) sending.command("edit", { message_id: editing, content: text }, text, images);
  else sending.command("ai_chat", { content: text, parent: transcript.lastId() }, text, images);
}, () => Boolean(choice?.takesImages)) : null;

const choice = form ? new ModelChoice(form, {
  settled: () => sending.flush(),
  failed: (words) => composer?.showError(words),
}) : null;

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
/** @type {number | undefined} */
let catchUpTimer = undefined;

/** Show what a reload would show, without one: whoever is writing goes on writing. */
async function catchUp() {
  if (backlog) return;
  window.clearTimeout(catchUpTimer);
  const wait = caughtUpAt + CAUGHT_UP_LATELY - performance.now();
  if (wait > 0) {
    catchUpTimer = window.setTimeout(() => void catchUp(), wait);
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
    behind = true; // signed out or no connection: with the next one it is tried again, or in a while
    if (socket.established) catchUpTimer = window.setTimeout(() => void catchUp(), CATCH_UP_AGAIN);
  }
  const waiting = backlog;
  backlog = null;
  for (const frame of waiting) handle(frame);
  sending.flush();
}

/** @param {Document} page a newer one of this conversation */
function show(page) {
  const fresh = /** @type {HTMLElement | null} */ (page.querySelector("[data-conversation]"));
  if (fresh?.dataset.user !== user) return;
  transcript.replace(fresh);
  caughtUpTo = Number(fresh.dataset.rev);
  const chosen = /** @type {HTMLOptionElement | null} */ (fresh.querySelector("[data-model-choice] option[selected]"));
  if (chosen) choice?.update({ model: "", answers: chosen.value });
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
    sending.connected();
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
    sending.flush();
  },

  ai_chat_start(frame) {
    sending.forget(frame.request_id);
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
    if (running?.turnId === frame.turn_id) transcript.stage(frame);
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
      sending.flush();
    }
  },

  ai_stream_error(frame) {
    // the reply itself says what happened and what can be done; this is for the time until its end arrives
    if (running?.turnId === frame.turn_id) transcript.progress(String(frame.message || sentenceFor(frame.code)));
  },

  notice(frame) {
    transcript.notice(frame);
  },

  backtest_progress(frame) {
    runs.show(frame);
  },

  strategy_maturity(frame) {
    panel.update(frame);
    setRunning(running);
  },

  conversation_updated(frame) {
    choice?.update(frame);
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
    const entry = frame.request_id ? sending.unsent.get(frame.request_id) : undefined;
    if (entry && frame.code === "busy") {
      if (!running && frame.turn_id) {
        setRunning({ turnId: frame.turn_id, requestId: "" });
        resume(frame.turn_id, Number(transcript.running()?.dataset.seq ?? 0));
      }
      sending.busy(entry, words);
      return;
    }
    if (entry) sending.refused(entry, frame.code, words);
    if (entry?.text) {
      // the same message was sent with another place before: it is stored
      if (frame.code === "request_id_reused") void catchUp();
      return;
    }
    composer?.showError(words);
    setRunning(running);
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
  if (running) transcript.progress(state.name === "open" ? "" : gettext("Waiting for the connection"));
  if (state.name === "signed-out") wasSignedOut = true;
  if (state.name === "open" && wasSignedOut) {
    wasSignedOut = false;
    behind = true; // the forms of this page hold a token of the old session
  }
  sending.restate();
});

tabs.addEventListener("signed-in", () => socket.retry());
tabs.addEventListener("left", () => void takeOverFromClosedTabs());

window.addEventListener("beforeunload", (event) => {
  if (hasUnkept() || composer?.images.isUploading) event.preventDefault();
});

/** Messages of tabs that are gone are sent by this one. @param {boolean} [alsoDraft] */
async function takeOverFromClosedTabs(alsoDraft = false) {
  const others = await tabs.others();
  if (others.has(tabs.id)) {
    // this tab is a copy: what was unsent belongs to the first one
    for (const entry of outbox.own()) sending.leaveToItsTab(entry.request_id);
    tabs.renew();
    composer?.keep();
    return;
  }
  if (alsoDraft && composer?.isEmpty) composer.adopt(outbox.adoptDraft(others));
  for (const entry of outbox.adopt(others)) sending.takeOver(entry);
  sending.flush();
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
      if (!running) sending.command(button.dataset.action, { message_id: id });
      else composer?.showError(sentenceFor("busy"));
      break;
    case "edit":
      composer?.edit(id, message?.querySelector(".prose")?.textContent ?? "", imagesOf(message));
      break;
    case "confirm":
      /** @type {HTMLButtonElement} */ (button).disabled = true;
      panel.close();
      sending.command("confirm_generation", { spec_revision: Number(button.dataset.specRevision) });
      break;
  }
});

openVersionsHere(root);
if (!root.dataset.history) {
  for (const entry of outbox.own()) sending.takeOver(entry);
  const shown = transcript.running();
  if (shown?.dataset.turnId) setRunning({ turnId: shown.dataset.turnId, requestId: "" });
  connectionLine?.show(socket.state);
  socket.connect();
  void takeOverFromClosedTabs(true);
  if (location.hash.startsWith("#m-")) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  else transcript.scrollDown();
  if (matchMedia("(hover: hover)").matches) composer?.field.area.focus({ preventScroll: true });
}
