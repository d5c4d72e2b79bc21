// Queries into JSON by JSONPath, the part of jsonpath that works.

// Reads a path or the expression of a filter, letter by letter.
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  take(token) {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  need(token) {
    if (!this.take(token)) throw new Error(`Parse error: expected '${token}' at ${this.at} of '${this.text}'`);
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  space() {
    this.match(/\s*/y);
  }

  string() {
    const found = this.match(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/y);
    return found && (found[1] ?? found[2]).replace(/\\(.)/g, "$1");
  }

  // What stands up to the parenthesis that closes the one just read.
  inParentheses() {
    const begin = this.at;
    for (let depth = 1; this.at < this.text.length; ) {
      if (this.string() !== null) continue;
      const letter = this.text[this.at];
      if (letter === "(") depth += 1;
      if (letter === ")") depth -= 1;
      this.at += 1;
      if (depth === 0) return this.text.slice(begin, this.at - 1);
    }
    throw new Error(`Parse error: no ')' in '${this.text}'`);
  }
}

const NAME = /[\p{L}_$*@-][\p{L}\p{N}_$-]*|\d+/uy;

// One entry of a bracket: a name, an index, a slice, `*`, a filter or a script.
function entry(reader) {
  reader.space();
  const text = reader.string();
  if (text !== null) return { type: "string_literal", value: text };
  if (reader.take("*")) return { type: "wildcard", value: "*" };
  if (reader.take("?(")) return { type: "filter_expression", value: `?(${reader.inParentheses()})` };
  if (reader.take("(")) return { type: "script_expression", value: `(${reader.inParentheses()})` };
  const slice = reader.match(/(-?\d*):(-?\d*)(?::(-?\d*))?/y);
  if (slice) return { type: "slice", value: slice[0] };
  const number = reader.match(/-?\d+/y);
  if (number) return { type: "numeric_literal", value: Number(number[0]) };
  const name = reader.match(NAME);
  if (name) return { type: "identifier", value: name[0] };
  throw new Error(`Parse error at ${reader.at} of '${reader.text}'`);
}

export function parse(path) {
  const reader = new Reader(String(path).trim());
  const parts = [];
  if (reader.take("$")) parts.push({ expression: { type: "root", value: "$" } });
  while (reader.at < reader.text.length) {
    const scope = reader.take("..") ? "descendant" : "child";
    const dotted = scope === "descendant" || reader.take(".");
    if (reader.take("[")) {
      const entries = [entry(reader)];
      for (reader.space(); reader.take(","); reader.space()) entries.push(entry(reader));
      reader.need("]");
      const expression = entries.length > 1 ? { type: "union", value: entries.map((one) => ({ expression: one })) } : entries[0];
      parts.push({ expression, scope, operation: "subscript" });
    } else if (dotted || parts.length === 0) {
      const name = reader.take("*") ? ["*"] : reader.match(NAME);
      if (!name) throw new Error(`Parse error at ${reader.at} of '${reader.text}'`);
      const type = name[0] === "*" ? "wildcard" : "identifier";
      parts.push({ expression: { type, value: name[0] }, scope, operation: "member" });
    } else {
      throw new Error(`Parse error at ${reader.at} of '${reader.text}'`);
    }
  }
  if (parts.length === 0) throw new Error("we need a path");
  return parts;
}

const OPERATORS = [
  { "||": (a, b) => a() || b() },
  { "&&": (a, b) => a() && b() },
  { "===": (a, b) => a() === b(), "!==": (a, b) => a() !== b(), "==": (a, b) => a() == b(), "!=": (a, b) => a() != b() },
  { "<=": (a, b) => a() <= b(), ">=": (a, b) => a() >= b(), "<": (a, b) => a() < b(), ">": (a, b) => a() > b() },
  { "+": (a, b) => a() + b(), "-": (a, b) => a() - b() },
  { "*": (a, b) => a() * b(), "/": (a, b) => a() / b(), "%": (a, b) => a() % b() },
];
const CONSTANTS = { true: true, false: false, null: null, undefined };
const METHODS = ["endsWith", "includes", "indexOf", "match", "startsWith", "toLowerCase", "toUpperCase", "trim"];

// The expression of a filter as a function of `@`. It reads values and calls a few methods of text, no more.
function expression(text) {
  const reader = new Reader(text);
  const binary = (level) => {
    if (level === OPERATORS.length) return unary();
    let left = binary(level + 1);
    for (;;) {
      reader.space();
      const operator = Object.keys(OPERATORS[level]).find((token) => reader.take(token));
      if (!operator) return left;
      const [a, b, apply] = [left, binary(level + 1), OPERATORS[level][operator]];
      left = (node) => apply(() => a(node), () => b(node));
    }
  };
  const unary = () => {
    reader.space();
    if (reader.take("!")) {
      const operand = unary();
      return (node) => !operand(node);
    }
    if (reader.take("-")) {
      const operand = unary();
      return (node) => -operand(node);
    }
    return members(primary());
  };
  const primary = () => {
    if (reader.take("(")) {
      const inner = binary(0);
      reader.space();
      reader.need(")");
      return inner;
    }
    if (reader.take("@")) return (node) => node;
    const string = reader.string();
    if (string !== null) return () => string;
    const number = reader.match(/\d+(?:\.\d+)?/y);
    if (number) return () => Number(number[0]);
    const regex = reader.match(/\/((?:[^/\\]|\\.)+)\/([a-z]*)/y);
    if (regex) return () => new RegExp(regex[1], regex[2]);
    const name = reader.match(/[A-Za-z]+/y);
    if (name && name[0] in CONSTANTS) return () => CONSTANTS[name[0]];
    throw new Error(`Parse error at ${reader.at} of '${text}'`);
  };
  const call = (object, name) => {
    if (!METHODS.includes(name)) throw new Error(`'${name}' cannot be called in '${text}'`);
    const args = [];
    for (reader.space(); !reader.take(")"); reader.space()) {
      args.push(binary(0));
      reader.space();
      reader.take(",");
    }
    return (node) => object(node)?.[name]?.(...args.map((arg) => arg(node)));
  };
  const members = (object) => {
    if (reader.take("[")) {
      const key = binary(0);
      reader.space();
      reader.need("]");
      return members((node) => own(object(node), key(node)));
    }
    if (!reader.take(".")) return object;
    const [name] = reader.match(/[\p{L}_$][\p{L}\p{N}_$]*/uy) || [];
    if (!name) throw new Error(`Parse error at ${reader.at} of '${text}'`);
    return members(reader.take("(") ? call(object, name) : (node) => own(object(node), name));
  };
  const whole = binary(0);
  reader.space();
  if (reader.at < text.length) throw new Error(`Parse error at ${reader.at} of '${text}'`);
  return whole;
}

const isNode = (value) => value !== null && typeof value === "object";

// A member that is the value's own; the length of text is one too.
function own(value, key) {
  if (typeof value === "string" && key === "length") return value.length;
  return isNode(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function slice(array, text) {
  const [from, to, stride] = text.split(":").map((part) => (part === "" || part === undefined ? undefined : Number(part)));
  const step = stride ?? 1;
  if (step === 0) throw new Error("step cannot be zero");
  const place = (at) => (at < 0 ? at + array.length : at);
  const clamp = (at, low, high) => Math.min(Math.max(at, low), high);
  const [low, high] = step > 0 ? [0, array.length] : [-1, array.length - 1];
  const begin = from === undefined ? (step > 0 ? low : high) : clamp(place(from), low, high);
  const end = to === undefined ? (step > 0 ? high : low) : clamp(place(to), low, high);
  const keys = [];
  for (let at = begin; step > 0 ? at < end : at > end; at += step) keys.push(at);
  return keys;
}

const keysOf = (value) => (Array.isArray(value) ? [...value.keys()] : Object.keys(value));

// The keys of `value` that one entry names.
function keys(value, { type, value: wanted }) {
  if (!isNode(value)) return [];
  switch (type) {
    case "wildcard":
      return keysOf(value);
    case "union":
      return wanted.flatMap((one) => keys(value, one.expression));
    case "slice":
      return Array.isArray(value) ? slice(value, wanted) : [];
    case "filter_expression": {
      const holds = expression(wanted.slice(2, -1));
      return keysOf(value).filter((key) => holds(value[key]));
    }
    case "script_expression": {
      const key = expression(wanted.slice(1, -1))(value);
      return Object.hasOwn(value, key) ? [key] : [];
    }
    default:
      return Object.hasOwn(value, wanted) ? [Array.isArray(value) && wanted !== "length" ? Number(wanted) : wanted] : [];
  }
}

function* everything(node) {
  yield node;
  if (!isNode(node.value)) return;
  for (const key of keysOf(node.value)) {
    yield* everything({ path: [...node.path, key], value: node.value[key] });
  }
}

function* walk(node, parts) {
  if (parts.length === 0) {
    yield node;
    return;
  }
  const [{ expression: wanted, scope }, ...rest] = parts;
  for (const place of scope === "descendant" ? everything(node) : [node]) {
    for (const key of keys(place.value, wanted)) {
      yield* walk({ path: [...place.path, key], value: place.value[key] }, rest);
    }
  }
}

export function nodes(object, path, count = Infinity) {
  if (!isNode(object)) throw new Error("obj needs to be an object");
  if (!path) throw new Error("we need a path");
  const parts = parse(path).filter((part) => part.expression.type !== "root");
  const found = [];
  for (const node of walk({ path: ["$"], value: object }, parts)) {
    if (found.length >= count) break;
    found.push(node);
  }
  return found;
}

export const query = (object, path, count) => nodes(object, path, count).map((node) => node.value);
export const paths = (object, path, count) => nodes(object, path, count).map((node) => node.path);

const parentOf = (object, path) => path.slice(1, -1).reduce((value, key) => value[key], object);

export function parent(object, path) {
  const [node] = nodes(object, path, 1);
  return node && parentOf(object, node.path);
}

// The first value at a path. With a third argument it is changed first, and made where it is missing.
export function value(object, path, ...changed) {
  if (changed.length > 0) {
    const [node] = nodes(object, path, 1);
    const way = node ? node.path.slice(1) : parse(path).slice(1).map((part) => part.expression.value);
    const last = way.pop();
    const holder = way.reduce((at, key, index) => {
      if (!isNode(at[key])) at[key] = typeof (way[index + 1] ?? last) === "number" ? [] : {};
      return at[key];
    }, object);
    [holder[last]] = changed;
  }
  return query(object, path, 1)[0];
}

export function apply(object, path, change) {
  const found = nodes(object, path).sort((a, b) => b.path.length - a.path.length);
  for (const node of found) {
    const key = node.path[node.path.length - 1];
    const holder = parentOf(object, node.path);
    node.value = change(holder[key]);
    holder[key] = node.value;
  }
  return found;
}

const shownKey = (key) => {
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `.${key}` : `["${key}"]`;
};

function shownPart({ expression: { type, value: wanted }, scope, operation }) {
  if (type === "root") return wanted;
  const dots = scope === "descendant" ? ".." : "";
  if (operation === "member") return (dots || ".") + wanted;
  const text = type === "union" ? wanted.map((one) => shownPart({ ...one, operation: "" })).join(",") : wanted;
  const inner = type === "string_literal" ? JSON.stringify(text) : text;
  return operation === "subscript" ? `${dots}[${inner}]` : inner;
}

export function stringify(path) {
  if (typeof path === "string") return path;
  if (path.some(isNode)) return path.map(shownPart).join("");
  return path.map((key, at) => (at === 0 && key === "$" ? "$" : shownKey(key))).join("");
}
