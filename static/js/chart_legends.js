// @ts-check
/** In the corner of each pane: its lines by name and colour, with their values under the pointer. */

/** @typedef {import("./chart_lines.js").Line} Line */
/** @typedef {import("./chart_colours.js").Colours} Colours */

export class Legends {
  /** @param {any} chart @param {Line[]} lines @param {any[]} series @param {Colours} colours */
  constructor(chart, lines, series, colours) {
    this.lines = lines;
    this.series = series;
    /** @type {HTMLElement[]} swatches, by line */
    this.swatches = [];
    /** @type {HTMLElement[]} values, by line */
    this.values = [];
    const panes = chart.panes();
    /** @type {HTMLElement[]} */
    const boxes = panes.map(() => box());
    lines.forEach((line, place) => {
      const entry = document.createElement("span");
      const [swatch, value] = [document.createElement("i"), document.createElement("b")];
      entry.append(swatch, line.name, " ", value);
      boxes[line.pane].append(entry);
      this.swatches.push(swatch);
      this.values.push(value);
      swatch.hidden = place === 0;
    });
    this.recolour(colours);
    // a pane has its elements only after the first frame was drawn
    requestAnimationFrame(() => {
      panes.forEach((/** @type {any} */ pane, /** @type {number} */ place) => {
        pane.getHTMLElement()?.querySelector("td:nth-child(2) > div")?.append(boxes[place]);
      });
      this.show(null);
    });
    chart.subscribeCrosshairMove((/** @type {any} */ event) => this.show(event.time ? event.seriesData : null));
  }

  /** @param {Colours} colours */
  recolour(colours) {
    this.lines.forEach((line, place) => (this.swatches[place].style.background = line.colour(colours)));
  }

  /** The values under the pointer; without one the last ones. @param {Map<any, any> | null} found */
  show(found) {
    this.lines.forEach((line, place) => {
      const point = found ? found.get(this.series[place]) : line.points[line.points.length - 1];
      this.values[place].textContent = this.#words(place, point);
    });
  }

  /** @param {number} place @param {any} point */
  #words(place, point) {
    const format = this.series[place].priceFormatter();
    if (point?.open !== undefined) {
      return ["open", "high", "low", "close"].map((name) => `${name[0].toUpperCase()} ${format.format(point[name])}`).join("  ");
    }
    return point?.value === undefined ? "–" : format.format(point.value);
  }
}

function box() {
  const made = document.createElement("div");
  made.className = "chart-legend";
  made.setAttribute("aria-hidden", "true");
  return made;
}
