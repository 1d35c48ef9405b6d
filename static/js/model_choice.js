// @ts-check
/** Who answers: the person's choice among the models on offer, the same in every tab, from the next message on. */

import { csrfToken } from "./csrf.js";
import { gettext } from "./words.js";

const PATIENCE = 15_000; // ms

export class ModelChoice {
  /**
   * @param {HTMLFormElement} form the composer
   * @param {{ settled: () => void, failed: (words: string) => void }} page
   */
  constructor(form, page) {
    this.form = form;
    this.page = page;
    this.select = /** @type {HTMLSelectElement} */ (form.querySelector("[data-model-choice]"));
    this.withdrawnLine = /** @type {HTMLElement} */ (form.querySelector("[data-withdrawn]"));
    this.known = this.select.value; // what the server has
    /** Whether a choice is on its way: what is said now waits for it. */
    this.isSettling = false;
    this.select.addEventListener("change", () => void this.#choose());
  }

  get takesImages() {
    return Boolean(this.select.selectedOptions[0]?.dataset.images);
  }

  /** @param {{ model?: string, answers?: string }} frame conversation_updated */
  update({ model, answers }) {
    if (answers === undefined || this.isSettling) return;
    this.known = answers;
    this.select.value = answers;
    this.withdrawnLine.hidden = !model || model === answers;
  }

  async #choose() {
    if (this.isSettling) return; // the one on its way sees to it
    this.isSettling = true;
    try {
      while (this.select.value !== this.known) await this.#store(this.select.value);
      this.withdrawnLine.hidden = true;
    } catch (error) {
      this.select.value = this.known;
      const said = error instanceof Error && error.constructor === Error ? error.message : "";
      this.page.failed(said || gettext("The choice was not stored: the server cannot be reached. Try again in a moment."));
    } finally {
      this.isSettling = false;
      this.page.settled();
    }
  }

  /** @param {string} model */
  async #store(model) {
    const response = await fetch(this.form.dataset.api ?? "", {
      method: "PATCH",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ model }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(String(answer.fields?.model?.[0] ?? answer.message ?? ""));
    this.known = answer.answers;
  }
}
