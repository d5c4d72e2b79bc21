// Bodies of multipart/form-data requests, as scripts import them from formdata.

const isBuffer = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value);
const bytesOf = (value) => {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new TextEncoder().encode(String(value));
};
// Line breaks and quotes in a name would end it.
const quoted = (name) => String(name).replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/"/g, "%22");

export class FormData {
  constructor() {
    this.boundary = `------PlimsollFormBoundary${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
    this.parts = [];
  }

  // Adds a field. A value may be text, bytes, or what `http.file` gives.
  append(name, value, filename) {
    let head = `Content-Disposition: form-data; name="${quoted(name)}"`;
    let content = value;
    if (value !== null && typeof value === "object" && "data" in value) {
      content = value.data;
      head += `; filename="${quoted(filename || value.filename || "blob")}"`;
      head += `\r\nContent-Type: ${value.content_type || "application/octet-stream"}`;
    } else if (isBuffer(value) || filename) {
      head += `; filename="${quoted(filename || "blob")}"\r\nContent-Type: application/octet-stream`;
    }
    this.parts.push([head, content]);
  }

  // The whole body, as an ArrayBuffer.
  body() {
    const pieces = [];
    for (const [head, content] of this.parts) {
      pieces.push(bytesOf(`--${this.boundary}\r\n${head}\r\n\r\n`), bytesOf(content), bytesOf("\r\n"));
    }
    pieces.push(bytesOf(`--${this.boundary}--\r\n`));
    const body = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      body.set(piece, at);
      at += piece.length;
    }
    return body.buffer;
  }
}
