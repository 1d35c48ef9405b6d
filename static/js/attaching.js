// @ts-check
/**
 * Images of the message that is being written: uploaded as soon as they are chosen, pasted or dropped, shown with what
 * becomes of them, and kept with the draft. Sending names them by id; the server stored them before.
 */

import { csrfToken } from "./csrf.js";
import { fill, gettext } from "./words.js";

const MOST = 4; // of one message
const MOST_BYTES = 10 * 1024 * 1024;
const TYPES = ["image/png", "image/jpeg", "image/webp"];
const PATIENCE = 120_000; // ms for one upload

/** @typedef {{ id: string, name: string, url: string }} ImageRef as the server names it */

export class Attaching {
  /**
   * @param {HTMLFormElement} form the composer
   * @param {{ changed: () => void, takesImages: () => boolean, failed: (words: string) => void }} page
   */
  constructor(form, page) {
    this.page = page;
    this.url = form.dataset.attachments ?? "";
    this.list = /** @type {HTMLElement} */ (form.querySelector("[data-images]"));
    /** @type {Map<HTMLElement, ImageRef | null>} in their order; null while one is uploaded, or could not be */
    this.items = new Map();
    const input = /** @type {HTMLInputElement} */ (form.querySelector("[data-image-input]"));
    const button = /** @type {HTMLButtonElement} */ (form.querySelector("[data-action=attach]"));
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.add([...(input.files ?? [])]);
      input.value = ""; // the same file can be chosen again
    });
    form.addEventListener("paste", (event) => {
      const files = filesOf(event.clipboardData);
      if (!files.length || event.clipboardData?.types.includes("text/plain")) return; // a table is pasted as text
      event.preventDefault();
      this.add(files);
    });
    form.querySelector("[data-model-choice]")?.addEventListener("change", () => {
      if (!this.isEmpty) this.page.failed(this.#unseen);
    });
    this.#takeDrops(form);
  }

  /** The uploaded ones. @returns {ImageRef[]} */
  get refs() {
    return [...this.items.values()].filter((ref) => ref !== null);
  }

  get isUploading() {
    return Boolean(this.list.querySelector("[data-uploading]"));
  }

  get isEmpty() {
    return !this.items.size;
  }

  /** Why the message cannot be sent with them; empty when it can. */
  get problem() {
    if (this.isEmpty) return "";
    if (this.isUploading) return gettext("An image is still being uploaded. Send when it is there, or remove it.");
    if (this.list.querySelector("[data-failed]")) return gettext("An image could not be uploaded. Remove it, or try it again.");
    return this.#unseen;
  }

  /** Said as soon as an image is added, and again when it is to be sent. */
  get #unseen() {
    return this.page.takesImages() ? "" : gettext("Who answers here takes no images. Choose a model that does, or remove them.");
  }

  /** @param {ImageRef[]} refs what a draft or an earlier message shows */
  show(refs) {
    this.list.replaceChildren();
    this.items.clear();
    for (const ref of refs) this.#showStored(this.#item(ref.name), ref);
    this.list.hidden = this.isEmpty;
  }

  /** @param {File[]} files */
  add(files) {
    const fitting = files.slice(0, MOST - this.items.size);
    for (const file of fitting) this.#upload(file);
    const tooMany = fitting.length < files.length;
    this.page.failed(tooMany ? fill(gettext("A message can show %(most)s images."), { most: MOST }) : this.#unseen);
  }

  /** @param {File} file */
  #upload(file) {
    const item = this.#item(file.name || gettext("Image"));
    if (!TYPES.includes(file.type)) return this.#failed(item, gettext("Only PNG, JPEG and WebP images can be shown."));
    if (file.size > MOST_BYTES) return this.#failed(item, gettext("The image is larger than 10 MB."));
    const form = new FormData();
    form.append("file", file, file.name || "image.png");
    const request = new XMLHttpRequest();
    request.open("POST", this.url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Accept", "application/json");
    request.timeout = PATIENCE;
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) this.#say(item, `${Math.round((100 * event.loaded) / event.total)} %`);
    });
    const away = () => this.#failed(item, gettext("The server cannot be reached."), () => this.#again(item, file));
    request.addEventListener("error", away);
    request.addEventListener("timeout", away);
    request.addEventListener("load", () => {
      if (!item.isConnected) return; // removed meanwhile
      const answer = request.response;
      if (request.status === 201 && answer?.id) {
        this.#showStored(item, answer);
        return this.#changed();
      }
      const words = String(answer?.message || gettext("The image was not stored. Try again in a moment."));
      const again = request.status >= 500 || request.status === 429;
      this.#failed(item, words, again ? () => this.#again(item, file) : undefined);
    });
    item.dataset.uploading = "";
    this.#say(item, gettext("Uploading"));
    item.addEventListener("removed", () => request.abort());
    this.#changed();
    request.send(form);
  }

  /** @param {HTMLElement} item @param {File} file */
  #again(item, file) {
    this.#remove(item);
    this.#upload(file);
  }

  /** @param {string} name @returns {HTMLElement} */
  #item(name) {
    const item = document.createElement("li");
    item.className = "attached";
    const words = document.createElement("span");
    words.className = "attached-words";
    const label = document.createElement("span");
    label.className = "attached-name";
    label.textContent = name;
    const state = document.createElement("span");
    state.className = "attached-state small";
    state.setAttribute("role", "status");
    words.append(label, state);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "button button-quiet button-small button-icon";
    remove.dataset.remove = "";
    remove.setAttribute("aria-label", fill(gettext("Remove the image “%(name)s”"), { name }));
    remove.textContent = "×";
    remove.addEventListener("click", () => {
      this.#remove(item);
      this.page.failed("");
    });
    item.append(words, remove);
    this.list.append(item);
    this.items.set(item, null);
    return item;
  }

  /** @param {HTMLElement} item @param {ImageRef} ref */
  #showStored(item, { id, name, url }) {
    delete item.dataset.uploading;
    delete item.dataset.failed;
    this.items.set(item, { id, name, url });
    item.dataset.id = id;
    const image = thumbnail({ id, name, url });
    image.addEventListener("error", () => this.#failed(item, gettext("This image is not stored any more.")));
    item.prepend(image);
    this.#say(item, "");
  }

  /** @param {HTMLElement} item @param {string} words @param {() => void} [again] */
  #failed(item, words, again) {
    if (!item.isConnected) return;
    delete item.dataset.uploading;
    item.dataset.failed = "";
    this.items.set(item, null);
    this.#say(item, words);
    if (again) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small";
      button.textContent = gettext("Try again");
      button.addEventListener("click", again);
      item.querySelector("[data-remove]")?.before(button);
    }
    this.#changed();
  }

  /** @param {HTMLElement} item */
  #remove(item) {
    this.items.delete(item);
    item.dispatchEvent(new Event("removed"));
    item.remove();
    this.#changed();
  }

  /** @param {HTMLElement} item @param {string} words */
  #say(item, words) {
    /** @type {HTMLElement} */ (item.querySelector(".attached-state")).textContent = words;
  }

  #changed() {
    this.list.hidden = this.isEmpty;
    this.page.changed();
  }

  /** @param {HTMLFormElement} form */
  #takeDrops(form) {
    const area = form.closest("main") ?? form;
    /** @param {DragEvent} event */
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    area.addEventListener("dragover", (event) => {
      if (!(event instanceof DragEvent) || !carriesFiles(event)) return;
      event.preventDefault();
      form.dataset.dropping = "";
    });
    area.addEventListener("dragleave", (event) => {
      if (event instanceof DragEvent && !area.contains(/** @type {Node | null} */ (event.relatedTarget))) delete form.dataset.dropping;
    });
    area.addEventListener("drop", (event) => {
      if (!(event instanceof DragEvent) || !carriesFiles(event)) return;
      event.preventDefault();
      delete form.dataset.dropping;
      this.add(filesOf(event.dataTransfer));
    });
  }
}

/** The images that a stored message shows. @param {Element | null} message @returns {ImageRef[]} */
export function imagesOf(message) {
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (message?.querySelectorAll("a[data-image]") ?? []);
  return [...links].map((link) => ({ id: link.dataset.image ?? "", name: link.dataset.name ?? "", url: link.getAttribute("href") ?? "" }));
}

/** @param {ImageRef} ref */
export function thumbnail({ name, url }) {
  const image = document.createElement("img");
  image.className = "attached-image";
  image.src = url;
  image.alt = fill(gettext("Image “%(name)s”"), { name });
  return image;
}

/** @param {DataTransfer | null} transfer @returns {File[]} */
function filesOf(transfer) {
  return [...(transfer?.files ?? [])];
}
