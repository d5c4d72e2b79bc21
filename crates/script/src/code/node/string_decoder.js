"use strict";
const { make, wrongType } = require("internal/errors");

// How many bytes at the end begin a letter that is not whole.
const unfinished = {
  utf8(bytes) {
    for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
      const byte = bytes[bytes.length - back];
      if ((byte & 0xc0) === 0x80) continue;
      const wanted = byte >= 0xf0 && byte < 0xf8 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
      return byte < 0xf8 && wanted > back ? back : 0;
    }
    return 0;
  },
  utf16le(bytes) {
    const odd = bytes.length % 2;
    const last = bytes[bytes.length - 1 - odd];
    return odd + (bytes.length - odd >= 2 && last >= 0xd8 && last <= 0xdb ? 2 : 0);
  },
  base64: (bytes) => bytes.length % 3,
  base64url: (bytes) => bytes.length % 3,
};

class StringDecoder {
  #rest = Buffer.alloc(0);
  constructor(encoding = "utf8") {
    const name = encoding ?? "utf8";
    if (!Buffer.isEncoding(`${name}`)) throw make(TypeError, "ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
    const lower = `${name}`.toLowerCase();
    this.encoding = { "utf-8": "utf8", binary: "latin1", ucs2: "utf16le", "ucs-2": "utf16le", "utf-16le": "utf16le" }[lower] ?? lower;
  }
  write(chunk) {
    if (typeof chunk === "string") return chunk;
    if (!ArrayBuffer.isView(chunk)) throw wrongType("buf", "an instance of Buffer, TypedArray, or DataView", chunk);
    const bytes = Buffer.concat([this.#rest, Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)]);
    const left = unfinished[this.encoding]?.(bytes) ?? 0;
    this.#rest = bytes.subarray(bytes.length - left);
    return bytes.toString(this.encoding, 0, bytes.length - left);
  }
  end(chunk) {
    const text = chunk === undefined ? "" : this.write(chunk);
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return text + rest.toString(this.encoding);
  }
  get lastNeed() {
    return this.#rest.length;
  }
}
module.exports = { StringDecoder };
