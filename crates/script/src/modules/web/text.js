// Text and bytes, and small globals that need no more. `native` converts text.
export function make(native) {
  class TextEncoder {
    get encoding() {
      return "utf-8";
    }
    encode(text = "") {
      return new Uint8Array(native.encode(String(text)));
    }
  }

  const LABELS = {
    "utf-8": "utf-8",
    utf8: "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "utf-16": "utf-16le",
    "utf-16le": "utf-16le",
    "utf-16be": "utf-16be",
  };
  class TextDecoder {
    constructor(label = "utf-8", options = {}) {
      const encoding = LABELS[String(label).trim().toLowerCase()];
      if (encoding === undefined) throw new RangeError(`unsupported encoding: ${label}`);
      this.encoding = encoding;
      this.fatal = Boolean(options && options.fatal);
      this.ignoreBOM = Boolean(options && options.ignoreBOM);
    }
    decode(data) {
      if (data === undefined) return "";
      if (!(data instanceof ArrayBuffer) && !ArrayBuffer.isView(data)) {
        throw new TypeError("TextDecoder.decode takes an ArrayBuffer or a view of one");
      }
      const text = native.decode(data, this.encoding, this.fatal);
      return !this.ignoreBOM && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    }
  }

  const queueMicrotask = (callback) => {
    if (typeof callback !== "function") throw new TypeError("queueMicrotask takes a function");
    Promise.resolve().then(callback);
  };
  const latin = (convert, problem) => (value) => {
    const made = convert(`${value}`);
    if (made !== undefined) return made;
    const { DOMException } = native.use("events");
    throw new DOMException(problem, "InvalidCharacterError");
  };
  const atob = latin(native.atob, "the text is not base64");
  const btoa = latin(native.btoa, "btoa takes characters up to U+00FF only");
  const performance = { now: native.now, timeOrigin: native.origin() };
  return { TextDecoder, TextEncoder, atob, btoa, performance, queueMicrotask };
}
