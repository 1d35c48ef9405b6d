// @ts-check
/** Words in the person's language, from Django's JavaScript catalogue; in English where it did not load. */

/** @type {any} */
const catalogue = globalThis;

/** @param {string} text @returns {string} */
export function gettext(text) {
  return catalogue.gettext ? catalogue.gettext(text) : text;
}

/**
 * Put named values into a translated sentence: `%(name)s`.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_whole, name) => String(values[name]));
}

/**
 * A sentence for a code, for the moments in which the server's own sentence is missing.
 * @param {string} code
 */
export function sentenceFor(code) {
  /** @type {Record<string, string>} */
  const sentences = {
    busy: gettext("A reply is still being written. Your text is kept and will be sent when it ends."),
    not_ready: gettext("There is nothing to confirm at the moment."),
    too_long: gettext("The message is too long. Shorten it or send it in parts."),
    rate_limited: gettext("Too many messages in a short time. Wait a moment and send it again."),
    cost_limit: gettext("Your cost limit for today is reached."),
    database_unavailable: gettext("The database does not answer at the moment. Your text is kept."),
    not_found: gettext("There is no such thing here any more."),
  };
  return sentences[code] ?? fill(gettext("Something went wrong (%(code)s)."), { code });
}
