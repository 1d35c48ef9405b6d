// @ts-check
/** The page of one run: how far it is, then its result, without a reload. */

import { drawCharts } from "./chart.js";
import { ChatSocket } from "./socket.js";
import { localTimes } from "./times.js";

const LOOK = 1_500; // ms between two looks, for what no socket tells

const root = () => /** @type {HTMLElement} */ (document.querySelector("main [data-backtest-id]"));

/** Show what a reload would show. @returns {Promise<boolean>} whether the run goes on */
async function renew() {
  const response = await fetch(location.pathname, { credentials: "same-origin" });
  if (response.redirected || response.status === 404) location.reload();
  if (!response.ok) throw new Error(String(response.status));
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("main [data-backtest-id]");
  if (!(fresh instanceof HTMLElement)) throw new Error("no run");
  if (fresh.dataset.active !== undefined) {
    advance(fresh.querySelector("progress")?.value ?? 0, fresh.querySelector("[data-state-words]")?.textContent ?? "");
    return true;
  }
  root().replaceWith(document.importNode(fresh, true));
  localTimes(root());
  drawCharts(root());
  return false;
}

/** @param {number} percent @param {string} [words] */
function advance(percent, words) {
  const bar = root().querySelector("progress");
  if (bar && bar.value !== percent) bar.value = percent;
  const number = root().querySelector("[data-percent]");
  if (number) number.textContent = `${Math.floor(percent)} %`;
  const state = root().querySelector("[data-state-words]");
  if (state && words) state.textContent = words;
}

function watch() {
  const { runConversation, backtestId } = root().dataset;
  let renewing = false;
  /** @type {number | undefined} */
  let timer;
  const look = async () => {
    window.clearTimeout(timer);
    if (renewing) return;
    renewing = true;
    const goesOn = await renew().catch(() => true);
    renewing = false;
    if (goesOn) timer = window.setTimeout(look, LOOK);
  };
  timer = window.setTimeout(look, LOOK / 3);
  if (!runConversation) return;
  const socket = new ChatSocket(runConversation, 0);
  socket.addEventListener("frame", (event) => {
    const frame = /** @type {CustomEvent} */ (event).detail;
    if (frame.type !== "backtest_progress" || frame.backtest_id !== backtestId) return;
    if (frame.state === "queued" || frame.state === "running") advance(frame.progress * 100);
    else void look();
  });
  socket.connect();
}

drawCharts(document);
if (root()?.dataset.active !== undefined) watch();
