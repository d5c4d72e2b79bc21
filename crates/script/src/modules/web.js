// Globals of the web platform that need no network. Evaluated once in a user, when the script first touches
// one of them. `native` converts text.
((native) => {
  "use strict";
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
  const performance = { now: native.now, timeOrigin: native.origin() };
  return { TextDecoder, TextEncoder, atob: native.atob, btoa: native.btoa, performance, queueMicrotask };
})
