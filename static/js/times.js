// @ts-check
/** Times in the person's own time zone; without a script they stand in UTC. */

const language = document.documentElement.lang || "en";
const today = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const other = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });

/** @param {ParentNode} root */
export function localTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const date = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(date.getTime())) continue;
    const isToday = date.toDateString() === new Date().toDateString();
    const format = isToday ? today : element.hasAttribute("data-day") ? day : other;
    element.textContent = format.format(date);
    element.setAttribute("title", other.format(date));
  }
}
