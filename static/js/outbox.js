// @ts-check
/**
 * What a person typed, kept in the browser until the server has stored it: drafts, and messages not yet acknowledged.
 * Each unsent message has a key of its own, so two tabs never overwrite each other's.
 */

/**
 * @typedef {object} Unsent
 * @property {string} request_id
 * @property {"ai_chat" | "edit" | "confirm_generation" | "continue" | "regenerate"} type
 * @property {Record<string, unknown>} fields
 * @property {string} text what the person would lose; empty for a button
 * @property {boolean} parentLater the message it follows is chosen when it is sent
 * @property {number} at milliseconds since the epoch
 */

const DRAFT = "trademe:draft:";
const OUTBOX = "trademe:outbox:";

/** Whatever the browser refuses to store (private mode, no space) must not stop the page. */
function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value */
function keep(key, value) {
  try {
    storage()?.setItem(key, value);
  } catch {
    // no space left: the text is still in the page
  }
}

/** @param {string} conversation its id, or "new" */
export function readDraft(conversation) {
  return storage()?.getItem(DRAFT + conversation) ?? "";
}

/** @param {string} conversation @param {string} text */
export function writeDraft(conversation, text) {
  if (text) keep(DRAFT + conversation, text);
  else storage()?.removeItem(DRAFT + conversation);
}

/** @param {string} conversation @param {Unsent} unsent */
export function putUnsent(conversation, unsent) {
  keep(`${OUTBOX}${conversation}:${unsent.request_id}`, JSON.stringify(unsent));
}

/** @param {string} conversation @param {string} requestId */
export function dropUnsent(conversation, requestId) {
  storage()?.removeItem(`${OUTBOX}${conversation}:${requestId}`);
}

/** @param {string} conversation @returns {Unsent[]} oldest first */
export function readUnsent(conversation) {
  const store = storage();
  if (!store) return [];
  const prefix = `${OUTBOX}${conversation}:`;
  const found = [];
  for (const key of Object.keys(store)) {
    if (!key.startsWith(prefix)) continue;
    try {
      found.push(JSON.parse(store.getItem(key) ?? ""));
    } catch {
      store.removeItem(key);
    }
  }
  return found.sort((one, other) => one.at - other.at);
}
