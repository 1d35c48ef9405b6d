// @ts-check
/**
 * Text kept in the browser. Where the browser refuses (private mode, no space), the tab's own storage is tried, then
 * the page itself keeps it; `keep` says how far it came, so that the person can be told.
 */

/** @type {Map<string, string>} */
const page = new Map();

/** @returns {Storage[]} the first one that takes a text is enough */
function storages() {
  const found = [];
  for (const name of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    try {
      if (window[name]) found.push(window[name]);
    } catch {
      // forbidden altogether
    }
  }
  return found;
}

/**
 * @param {string} key
 * @param {string} value
 * @returns {boolean} whether it outlives the page
 */
export function keep(key, value) {
  const all = storages();
  for (const [index, storage] of all.entries()) {
    try {
      storage.setItem(key, value);
    } catch {
      continue; // no space, or not allowed
    }
    // an older text in a storage that is asked first or later must not come back
    for (const other of all.slice(index + 1)) other.removeItem(key);
    page.delete(key);
    return true;
  }
  page.set(key, value);
  return false;
}

/** @param {string} key @returns {string | null} the newest text: what could not be stored well is newer than what was */
export function recall(key) {
  const known = page.get(key);
  if (known !== undefined) return known;
  for (const storage of storages().reverse()) {
    const value = storage.getItem(key);
    if (value !== null) return value;
  }
  return null;
}

/** @param {string} key */
export function discard(key) {
  page.delete(key);
  for (const storage of storages()) storage.removeItem(key);
}

/** @param {string} prefix @returns {string[]} */
export function keysFrom(prefix) {
  const keys = new Set(page.keys());
  for (const storage of storages()) for (const key of Object.keys(storage)) keys.add(key);
  return [...keys].filter((key) => key.startsWith(prefix));
}

/** Whether something here would be lost with the page. */
export function hasUnkept() {
  return page.size > 0;
}
