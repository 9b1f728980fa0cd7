/** Lines as bytes: what many lines have in common is encoded once and copied from then on. */

const FIRST_CAPACITY = 192 * 1024;
/** Of a character of JavaScript's in UTF-8. */
const MOST_BYTES = 3;
const LAST_ASCII = 0x7f;

export class Bytes {
  static create(): Bytes {
    return new Bytes();
  }

  #buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #length = 0;

  private constructor() {}

  get length(): number {
    return this.#length;
  }

  /** Quickest for short texts. */
  addText(text: string): void {
    this.#makeRoom(text.length * MOST_BYTES);
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > LAST_ASCII) {
        this.#length += this.#buffer.write(text.slice(index), this.#length);
        return;
      }
      this.#buffer[this.#length] = code;
      this.#length++;
    }
  }

  addBytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** All that was added since the last time. Whoever gets it may keep it. */
  take(): Uint8Array {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
    this.#length = 0;
    return taken;
  }

  #makeRoom(length: number): void {
    const needed = this.#length + length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.max(needed, this.#buffer.length * 2),
      );
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
  }
}
