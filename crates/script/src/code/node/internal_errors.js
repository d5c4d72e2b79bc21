// Errors as Node.js words them.
"use strict";
const make = (Base, code, message, fields) => {
  const error = new Base(message);
  error.code = code;
  return Object.assign(error, fields);
};

const received = (value) => {
  if (value === undefined || value === null) return `Received ${value}`;
  if (typeof value === "function") return `Received function ${value.name}`;
  if (typeof value === "object") {
    const { constructor } = value;
    if (constructor && constructor.name) return `Received an instance of ${constructor.name}`;
    return "Received [Object: null prototype] {}";
  }
  let shown = typeof value === "string" ? `'${value}'` : `${String(value)}${typeof value === "bigint" ? "n" : ""}`;
  if (shown.length > 28) shown = `${shown.slice(0, 25)}...`;
  return `Received type ${typeof value} (${shown})`;
};

const wrongType = (name, expected, actual) => {
  const kind = name.includes(".") ? "property" : "argument";
  return make(TypeError, "ERR_INVALID_ARG_TYPE", `The "${name}" ${kind} must be ${expected}. ${received(actual)}`);
};

const outOfRange = (name, range, actual) => {
  let shown = String(actual);
  if (typeof actual === "number" && Number.isInteger(actual) && Math.abs(actual) > 2 ** 32) {
    shown = shown.replace(/\B(?=(\d{3})+$)/g, "_");
  }
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${shown}`;
  return make(RangeError, "ERR_OUT_OF_RANGE", message);
};

const wants = (type) => (value, name) => {
  if (typeof value !== type) throw wrongType(name, `of type ${type}`, value);
};

const refuse = (what, why) => {
  throw make(Error, "ERR_NOT_OFFERED", `${what} is not offered to code in plans: ${why}`);
};

module.exports = {
  make,
  outOfRange,
  received,
  refuse,
  wantsFunction: wants("function"),
  wantsNumber: wants("number"),
  wantsString: wants("string"),
  wrongType,
};
