// Punycode by RFC 3492, as packages for addresses use it.
"use strict";
const BASE = 36;
const [T_MIN, T_MAX, SKEW, DAMP, BIAS, FIRST] = [1, 26, 38, 700, 72, 128];
const DOTS = /[\u3002\uff0e\uff61]/g;

const adapted = (difference, count, first) => {
  let delta = first ? Math.floor(difference / DAMP) : difference >> 1;
  delta += Math.floor(delta / count);
  let step = 0;
  for (; delta > ((BASE - T_MIN) * T_MAX) >> 1; step += BASE) delta = Math.floor(delta / (BASE - T_MIN));
  return Math.floor(step + ((BASE - T_MIN + 1) * delta) / (delta + SKEW));
};
const threshold = (step, bias) => Math.min(Math.max(step - bias, T_MIN), T_MAX);
const letter = (digit) => String.fromCharCode(digit < 26 ? digit + 97 : digit + 22);
const digit = (code) => {
  if (code >= 48 && code < 58) return code - 22;
  if (code >= 65 && code < 91) return code - 65;
  return code >= 97 && code < 123 ? code - 97 : BASE;
};

const ucs2 = {
  decode: (text) => Array.from(text, (each) => each.codePointAt(0)),
  encode: (points) => String.fromCodePoint(...points),
};

const encode = (text) => {
  const points = ucs2.decode(text);
  const plain = points.filter((point) => point < FIRST);
  let made = String.fromCharCode(...plain);
  let done = plain.length;
  if (done > 0) made += "-";
  let [next, delta, bias] = [FIRST, 0, BIAS];
  while (done < points.length) {
    const least = Math.min(...points.filter((point) => point >= next));
    delta += (least - next) * (done + 1);
    next = least;
    for (const point of points) {
      if (point < next) delta += 1;
      if (point !== next) continue;
      let rest = delta;
      for (let step = BASE; ; step += BASE) {
        const limit = threshold(step, bias);
        if (rest < limit) break;
        made += letter(limit + ((rest - limit) % (BASE - limit)));
        rest = Math.floor((rest - limit) / (BASE - limit));
      }
      made += letter(rest);
      bias = adapted(delta, done + 1, done === plain.length);
      delta = 0;
      done += 1;
    }
    delta += 1;
    next += 1;
  }
  return made;
};

const decode = (text) => {
  const mark = Math.max(text.lastIndexOf("-"), 0);
  const points = ucs2.decode(text.slice(0, mark));
  if (points.some((point) => point >= FIRST)) throw new RangeError("Illegal input >= 0x80 (not a basic code point)");
  let [next, place, bias] = [FIRST, 0, BIAS];
  for (let at = mark > 0 ? mark + 1 : 0; at < text.length; ) {
    const before = place;
    for (let weight = 1, step = BASE; ; step += BASE) {
      const value = at < text.length ? digit(text.charCodeAt(at)) : BASE;
      if (value >= BASE) throw new RangeError("Invalid input");
      at += 1;
      place += value * weight;
      const limit = threshold(step, bias);
      if (value < limit) break;
      weight *= BASE - limit;
    }
    const count = points.length + 1;
    bias = adapted(place - before, count, before === 0);
    next += Math.floor(place / count);
    if (next > 0x10ffff) throw new RangeError("Overflow: input needs wider integers to process");
    place %= count;
    points.splice(place, 0, next);
    place += 1;
  }
  return ucs2.encode(points);
};

const each = (text, change) => {
  const at = text.lastIndexOf("@");
  const labels = text.slice(at + 1).replace(DOTS, ".").split(".");
  return text.slice(0, at + 1) + labels.map(change).join(".");
};
const toASCII = (text) => each(text, (label) => (/[^\0-\x7f]/.test(label) ? `xn--${encode(label)}` : label));
const toUnicode = (text) => each(text, (label) => (label.startsWith("xn--") ? decode(label.slice(4).toLowerCase()) : label));
module.exports = { decode, encode, toASCII, toUnicode, ucs2, version: "2.1.0" };
