// @ts-check
/** Charts of a page: candles with what was computed on them, below each other on one time axis. */

import { createChart, createSeriesMarkers } from "../vendor/lightweight-charts/lightweight-charts.standalone.production.mjs";
import { onColoursChanged, readColours } from "./chart_colours.js";
import { Legends } from "./chart_legends.js";
import { linesOf, markersOf, noteOf } from "./chart_lines.js";
import { gettext } from "./words.js";

const PART = 62; // px of height for one part of a pane
const CLOSER = 0.7;
const STEP = 0.1; // of what is seen
const MOST_MARKERS = 200; // at a time

/** @param {ParentNode} root */
export function drawCharts(root) {
  for (const figure of root.querySelectorAll("[data-chart]:not([data-drawn])")) {
    if (figure instanceof HTMLElement) void new MarketChart(figure).load();
  }
}

class MarketChart {
  /** @param {HTMLElement} figure */
  constructor(figure) {
    this.figure = figure;
    figure.dataset.drawn = "";
    this.body = /** @type {HTMLElement} */ (figure.querySelector(".chart-body"));
    this.tools = /** @type {HTMLElement} */ (figure.querySelector(".chart-tools"));
    this.state = /** @type {HTMLElement} */ (figure.querySelector("p.chart-state"));
    /** @type {import("./chart_lines.js").Line[]} */
    this.lines = [];
    /** @type {any[]} */
    this.series = [];
    this.shownMarks = "";
  }

  async load() {
    try {
      const response = await fetch(this.figure.dataset.src ?? "", { credentials: "same-origin" });
      const data = await response.json();
      if (!response.ok) return this.#failed(String(data.message ?? ""));
      this.#draw(data);
    } catch {
      this.#failed("");
    }
  }

  /** @param {string} words */
  #failed(words) {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button button-small";
    again.textContent = gettext("Try again");
    again.addEventListener("click", () => {
      this.state.textContent = gettext("The chart is being drawn.");
      void this.load();
    });
    this.state.hidden = false;
    this.state.replaceChildren(words || gettext("The chart could not be loaded."), " ", again);
  }

  /** @param {import("./chart_lines.js").ChartData} data */
  #draw(data) {
    this.data = data;
    this.state.hidden = true;
    if (!data.bars.length) return this.#failed(gettext("There are no bars to draw."));
    this.colours = readColours(this.figure);
    const { lines, heights } = linesOf(data);
    this.lines = lines;
    const narrow = this.body.clientWidth < 500;
    this.body.style.height = `${heights.reduce((sum, height) => sum + height, 0) * PART * (narrow ? 0.85 : 1) + 30}px`;
    this.chart = createChart(this.body, {
      ...this.#options(), autoSize: true, localization: { locale: document.documentElement.lang || "en" },
      handleScroll: { mouseWheel: false, vertTouchDrag: false }, handleScale: { mouseWheel: false },
    });
    for (const line of lines) {
      const series = this.chart.addSeries(line.kind, line.options(this.colours), line.pane);
      series.setData(line.points);
      this.series.push(series);
    }
    this.chart.priceScale("volume", 0).applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.chart.panes().forEach((/** @type {any} */ pane, /** @type {number} */ place) => pane.setStretchFactor(heights[place]));
    this.marks = createSeriesMarkers(this.series[0], []);
    this.chart.timeScale().subscribeVisibleTimeRangeChange(() => this.#mark());
    this.legends = new Legends(this.chart, lines, this.series, this.colours);
    this.chart.timeScale().fitContent();
    this.#listen();
    this.tools.hidden = false;
    // the library paints in the next frame
    requestAnimationFrame(() => requestAnimationFrame(() => (this.figure.dataset.bars = String(data.bars.length))));
  }

  #options() {
    const colours = /** @type {import("./chart_colours.js").Colours} */ (this.colours);
    const grid = { color: colours.line };
    const first = this.data?.bars ?? [];
    const daily = first.length > 1 && first[1][0] - first[0][0] >= 86_400;
    return {
      layout: {
        background: { color: colours.ground }, textColor: colours.ink, attributionLogo: true,
        panes: { separatorColor: colours.line, separatorHoverColor: colours.strong, enableResize: true },
      },
      grid: { vertLines: grid, horzLines: grid },
      rightPriceScale: { borderColor: colours.line, minimumWidth: 64 },
      timeScale: { borderColor: colours.line, timeVisible: !daily, minBarSpacing: 0.02 },
      crosshair: { mode: 0 },
    };
  }

  #recolour() {
    const colours = (this.colours = readColours(this.figure));
    this.chart.applyOptions(this.#options());
    this.lines.forEach((line, place) => this.series[place].applyOptions(line.options(colours)));
    this.shownMarks = "";
    this.#mark();
    this.legends?.recolour(colours);
  }

  /** The trades in view, unless they are so many that they would cover the bars. */
  #mark() {
    const range = this.chart.timeScale().getVisibleRange();
    if (!this.data || !this.colours || !range) return;
    const within = (this.data.markers ?? []).filter(({ time }) => time >= range.from && time <= range.to);
    const crowded = within.length > MOST_MARKERS;
    const shown = crowded ? [] : within;
    const key = `${shown.length} ${shown[0]?.time} ${shown.at(-1)?.time} ${crowded}`;
    if (key === this.shownMarks) return;
    this.shownMarks = key;
    this.marks.setMarkers(markersOf(shown, this.colours));
    /** @type {HTMLElement} */ (this.figure.querySelector("[data-chart-note]")).textContent = noteOf(this.data, crowded);
  }

  #listen() {
    onColoursChanged(() => this.#recolour());
    this.tools.addEventListener("click", (event) => {
      const button = /** @type {Element} */ (event.target).closest("[data-chart-action]");
      if (button instanceof HTMLElement) this.#act(button.dataset.chartAction ?? "");
    });
    /** @type {Record<string, string>} */
    const keys = { "+": "closer", "=": "closer", "-": "further", ArrowLeft: "back", ArrowRight: "on", Home: "whole" };
    this.body.addEventListener("keydown", (event) => {
      if (event.metaKey || event.ctrlKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      this.#act(keys[event.key]);
    });
    document.addEventListener("click", (event) => {
      const link = /** @type {Element} */ (event.target).closest("[data-chart-from]");
      if (link instanceof HTMLElement) this.#show(Number(link.dataset.chartFrom), Number(link.dataset.chartTo));
    });
  }

  /** @param {string} action */
  #act(action) {
    const scale = this.chart.timeScale();
    if (action === "whole") return scale.fitContent();
    const { from, to } = scale.getVisibleLogicalRange();
    const width = to - from;
    const middle = (from + to) / 2;
    if (action === "closer" || action === "further") {
      const half = Math.max(5, (width * (action === "closer" ? CLOSER : 1 / CLOSER)) / 2);
      scale.setVisibleLogicalRange({ from: middle - half, to: middle + half });
    } else {
      const step = width * STEP * (action === "on" ? 1 : -1);
      scale.setVisibleLogicalRange({ from: from + step, to: to + step });
    }
  }

  /** Bring a trade into view, with some bars around it. @param {number} from seconds @param {number} to seconds */
  #show(from, to) {
    const bars = this.data?.bars ?? [];
    const at = (/** @type {number} */ time) => bars.findLastIndex((bar) => bar[0] <= time);
    const first = Math.max(0, at(from));
    const last = Math.max(first, at(to));
    const around = Math.max(15, (last - first) / 2);
    this.chart.timeScale().setVisibleLogicalRange({ from: first - around, to: last + around });
    this.figure.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }
}

drawCharts(document);
