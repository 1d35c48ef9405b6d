// @ts-check
/** Backtests of the conversation that wait or go on: a line for each, until its card is in the transcript. */

import { fill, gettext } from "./words.js";

const ACTIVE = ["queued", "running"];

export class Runs {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.list = root.querySelector("[data-runs]");
  }

  /** @param {any} frame backtest_progress */
  show(frame) {
    if (!(this.list instanceof HTMLElement)) return;
    const known = this.list.querySelector(`[data-backtest-id="${CSS.escape(frame.backtest_id)}"]`);
    if (!ACTIVE.includes(frame.state)) return known?.remove();
    const line = known ?? this.#add(frame);
    const [bar, link] = [line.querySelector("progress"), line.querySelector("a")];
    if (bar) bar.value = frame.progress;
    if (link) {
      const words = frame.state === "queued" ? gettext("Backtest of version %(number)s waits") : gettext("Backtest of version %(number)s runs");
      link.textContent = fill(words, { number: frame.number });
    }
  }

  /** @param {any} frame */
  #add(frame) {
    const line = document.createElement("p");
    line.dataset.backtestId = frame.backtest_id;
    const link = document.createElement("a");
    link.href = frame.url;
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", gettext("Progress"));
    line.append(link, bar);
    this.list?.append(line);
    return line;
  }
}
