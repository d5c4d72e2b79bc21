"use strict";
const { make } = require("internal/errors");

const escape = (value) => {
  const text = typeof value === "string" ? value : typeof value === "object" ? String(value) : `${value}`;
  if (!text.isWellFormed()) throw make(URIError, "ERR_INVALID_URI", "URI malformed");
  return encodeURIComponent(text);
};

const unescapeBuffer = (text) => {
  const bytes = [];
  const source = Buffer.from(text);
  for (let at = 0; at < source.length; at += 1) {
    const pair = String.fromCharCode(source[at + 1] ?? 0, source[at + 2] ?? 0);
    if (source[at] === 37 && /^[0-9a-fA-F]{2}$/.test(pair)) {
      bytes.push(parseInt(pair, 16));
      at += 2;
    } else bytes.push(source[at]);
  }
  return Buffer.from(bytes);
};

const unescape = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return unescapeBuffer(text).toString();
  }
};

const shown = (value) => {
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? `${value}` : "";
  if (typeof value === "bigint" || typeof value === "boolean") return `${value}`;
  return "";
};

const stringify = (fields, separator, equals, options) => {
  if (fields === null || typeof fields !== "object") return "";
  const sep = separator || "&";
  const eq = equals || "=";
  const encode = options?.encodeURIComponent ?? module.exports.escape;
  const pair = (key, value) => encode(shown(key)) + eq + encode(shown(value));
  return Object.keys(fields)
    .flatMap((key) => (Array.isArray(fields[key]) ? fields[key].map((value) => pair(key, value)) : [pair(key, fields[key])]))
    .join(sep);
};

const parse = (text, separator, equals, options) => {
  const fields = Object.create(null);
  if (typeof text !== "string" || text.length === 0) return fields;
  const eq = equals || "=";
  const decode = options?.decodeURIComponent ?? module.exports.unescape;
  const read = (part) => {
    const spaced = part.replaceAll("+", " ");
    try {
      return decode(spaced);
    } catch {
      return unescape(spaced);
    }
  };
  const most = typeof options?.maxKeys === "number" ? options.maxKeys : 1000;
  const all = text.split(separator || "&").filter((part) => part !== "");
  for (const part of most > 0 ? all.slice(0, most) : all) {
    const at = part.indexOf(eq);
    const key = read(at < 0 ? part : part.slice(0, at));
    const value = at < 0 ? "" : read(part.slice(at + eq.length));
    if (!Object.hasOwn(fields, key)) fields[key] = value;
    else if (Array.isArray(fields[key])) fields[key].push(value);
    else fields[key] = [fields[key], value];
  }
  return fields;
};

module.exports = { decode: parse, encode: stringify, escape, parse, stringify, unescape, unescapeBuffer };
