// @ts-check
/** Seconds that are left, counted on the page; the server says them again every few seconds and so sets it right. */

export class Countdown {
  /** @param {(words: string) => void} show */
  constructor(show) {
    this.show = show;
    this.timer = 0;
  }

  /** @param {string} sentence with `{seconds}` @param {number} seconds */
  start(sentence, seconds) {
    this.stop();
    const end = performance.now() + seconds * 1000;
    const tell = () => {
      const left = Math.max(0, Math.round((end - performance.now()) / 1000));
      this.show(sentence.replace("{seconds}", String(left)));
      if (!left) this.stop();
    };
    tell();
    this.timer = setInterval(tell, 1000);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
  }
}
