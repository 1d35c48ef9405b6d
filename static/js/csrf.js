// @ts-check
/** The token that changes by script need; pages hold it in their forms, and it changes with a new sign-in. */
export function csrfToken() {
  const input = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=csrfmiddlewaretoken]"));
  return input?.value ?? "";
}
