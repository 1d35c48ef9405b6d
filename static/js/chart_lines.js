// @ts-check
/** What a chart consists of: one list of lines, each with its pane, made from the server's JSON. */

import {
  AreaSeries, CandlestickSeries, HistogramSeries, LineSeries, LineStyle,
} from "../vendor/lightweight-charts/lightweight-charts.standalone.production.mjs";
import { fill, gettext } from "./words.js";

/**
 * `docs/protocol.md` describes it; times are seconds since the epoch.
 * @typedef {object} ChartData
 * @property {number[][]} bars time, open, high, low, close, volume
 * @property {number} aggregated bars in a candle
 * @property {{name: string, overlay: boolean, group: number, values: (number | null)[]}[]} series
 * @property {Marker[]} [markers]
 * @property {number} [trades_left_out]
 * @property {[number, number | null][]} [equity]
 * @property {[number, number | null][]} [hold]
 * @property {[number, number | null][]} [drawdown] in percent, 0 or below
 */
/** @typedef {{time: number, side: "buy" | "sell", kind: string, price: number, size: number, tag: unknown}} Marker */
/** @typedef {import("./chart_colours.js").Colours} Colours */
/**
 * @typedef {object} Line
 * @property {string} name shown in the legend; "" for none
 * @property {number} pane
 * @property {any} kind of series
 * @property {object[]} points
 * @property {(colours: Colours) => Record<string, any>} options
 * @property {(colours: Colours) => string} colour of the legend
 */

const MANY_MARKERS = 60; // beyond, words beside them would cover each other

/** @param {ChartData} data @returns {{lines: Line[], heights: number[]}} heights: of the panes, in parts */
export function linesOf(data) {
  const times = data.bars.map((bar) => bar[0]);
  const heights = [5];
  /** @type {Line[]} */
  const lines = [candles(data), volume(data)];
  let number = 0;
  /** @type {Map<number, number>} */
  const panes = new Map();
  for (const series of data.series) {
    const place = number++;
    let pane = 0;
    if (!series.overlay) {
      pane = panes.get(series.group) ?? heights.push(1.4) - 1;
      panes.set(series.group, pane);
    }
    /** @param {Colours} colours */
    const colour = (colours) => colours.lines[place % colours.lines.length];
    const points = times.map((time, bar) => point(time, series.values[bar]));
    lines.push(plain(series.name, pane, points, colour));
  }
  if (data.equity && data.hold && data.drawdown) {
    const money = heights.push(1.8) - 1;
    const fall = heights.push(1.2) - 1;
    lines.push(plain(gettext("Equity"), money, data.equity.map(pair), (colours) => colours.equity, { lineWidth: 2 }));
    const dashed = { lineStyle: LineStyle.Dashed };
    lines.push(plain(gettext("Buy and hold"), money, data.hold.map(pair), (colours) => colours.hold, dashed));
    lines.push(drawdown(data.drawdown.map(pair), fall));
  }
  return { lines, heights };
}

/** @param {ChartData} data @returns {Line} */
function candles(data) {
  const digits = decimals(data.bars[data.bars.length - 1]?.[4] ?? 1);
  return {
    name: "", pane: 0, kind: CandlestickSeries, colour: (colours) => colours.ink,
    points: data.bars.map(([time, open, high, low, close]) => ({ time, open, high, low, close })),
    options: (colours) => ({
      upColor: colours.up, wickUpColor: colours.up, borderVisible: false, downColor: colours.down, wickDownColor: colours.down,
      priceFormat: { type: "price", precision: digits, minMove: 10 ** -digits }, priceLineVisible: false,
    }),
  };
}

/** @param {ChartData} data @returns {Line} */
function volume(data) {
  return {
    name: gettext("Volume"), pane: 0, kind: HistogramSeries, colour: (colours) => colours.strong,
    points: data.bars.map((bar) => ({ time: bar[0], value: bar[5] })),
    options: (colours) => ({
      color: colours.volume, priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false,
    }),
  };
}

/**
 * @param {string} name @param {number} pane @param {object[]} points @param {(colours: Colours) => string} colour
 * @param {Record<string, any>} [more]
 * @returns {Line}
 */
function plain(name, pane, points, colour, more = {}) {
  const options = (/** @type {Colours} */ colours) => ({
    color: colour(colours), lineWidth: 1, priceLineVisible: false, lastValueVisible: false, crosshairMarkerRadius: 3, ...more,
  });
  return { name, pane, kind: LineSeries, points, colour, options };
}

/** @param {object[]} points @param {number} pane @returns {Line} */
function drawdown(points, pane) {
  return {
    name: gettext("Drawdown, %"), pane, kind: AreaSeries, points, colour: (colours) => colours.drawdown,
    options: (colours) => ({
      lineColor: colours.drawdown, topColor: colours.drawdownFill, bottomColor: colours.drawdownFill, invertFilledArea: true, lineWidth: 1,
      priceLineVisible: false, lastValueVisible: false,
    }),
  };
}

/** @param {[number, number | null]} item */
function pair([time, value]) {
  return point(time, value);
}

/** A point without a value leaves a gap in its line. @param {number} time @param {number | null | undefined} value */
function point(time, value) {
  return value === null || value === undefined ? { time } : { time, value };
}

/** Digits after the point: a price shows five or more significant ones. @param {number} price */
function decimals(price) {
  return Math.min(8, Math.max(2, 4 - Math.floor(Math.log10(Math.max(price, 1e-8)))));
}

/** @param {Marker[]} found @param {Colours} colours */
export function markersOf(found, colours) {
  const worded = found.length <= MANY_MARKERS;
  return found.map((marker) => {
    const buy = marker.side === "buy";
    return {
      time: marker.time,
      position: buy ? "belowBar" : "aboveBar",
      shape: { stop: "square", target: "circle" }[marker.kind] ?? (buy ? "arrowUp" : "arrowDown"),
      color: buy ? colours.buy : colours.sell,
      text: worded ? markerWords(marker) : undefined,
      size: worded ? 1 : 0.6,
    };
  });
}

/** @param {Marker} marker */
function markerWords(marker) {
  const kinds = { stop: gettext("stop"), target: gettext("target") };
  const side = marker.side === "buy" ? gettext("buy") : gettext("sell");
  return kinds[marker.kind] ?? side;
}

/** What the picture does not show by itself. @param {ChartData} data @param {boolean} crowded with trades */
export function noteOf(data, crowded) {
  const said = [];
  if (data.aggregated > 1) said.push(fill(gettext("Each candle stands for %(count)s bars."), { count: data.aggregated }));
  if (data.trades_left_out) said.push(fill(gettext("%(count)s later trades have no mark."), { count: data.trades_left_out }));
  if (crowded) said.push(gettext("The trades are too many to be marked here: look closer, or choose one in the table."));
  else if (data.markers?.length) said.push(gettext("Arrows: buys and sells; squares: stops; circles: targets."));
  return said.join(" ");
}
