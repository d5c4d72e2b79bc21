// What the assertion modules share: equality of values, and how values are shown. Not for scripts.

const isObject = (value) => value !== null && typeof value === "object";
const kind = (value) => Object.prototype.toString.call(value).slice(8, -1);
export const isArrayLike = (value) => Array.isArray(value) || ArrayBuffer.isView(value);

// Whether two values are alike all the way down. `loose` takes a property that is undefined for a missing one.
export function alike(a, b, loose = false, seen = []) {
  if (Object.is(a, b) || (a === 0 && b === 0 && loose)) return true;
  if (!isObject(a) || !isObject(b) || kind(a) !== kind(b)) return false;
  if (seen.some(([x, y]) => x === a && y === b)) return true;
  const pairs = [...seen, [a, b]];
  const same = (x, y) => alike(x, y, loose, pairs);
  if (a instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp) return String(a) === String(b);
  if (a instanceof Error) return a.name === b.name && a.message === b.message;
  if (a instanceof Number || a instanceof String || a instanceof Boolean) return Object.is(a.valueOf(), b.valueOf());
  if (a instanceof ArrayBuffer) return same(new Uint8Array(a), new Uint8Array(b));
  if (a instanceof Set) return a.size === b.size && [...a].every((x) => b.has(x) || [...b].some((y) => same(x, y)));
  if (a instanceof Map) {
    const partner = (key) => (b.has(key) ? key : [...b.keys()].find((other) => same(key, other)));
    return a.size === b.size && [...a].every(([key, value]) => same(value, b.get(partner(key))));
  }
  if (isArrayLike(a)) return a.length === b.length && Array.from(a).every((x, at) => same(x, b[at]));
  const keys = (object) => Object.keys(object).filter((key) => !loose || object[key] !== undefined);
  const left = keys(a);
  return left.length === keys(b).length && left.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

const NAME = /^[A-Za-z_$][\w$]*$/;

// A value as people write it: `{ a: [ 1, 'x' ] }`.
export function shown(value, depth = 3, seen = []) {
  switch (typeof value) {
    case "string":
      return `'${value.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/'/g, "\\'")}'`;
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "function":
      return value.name ? `[Function ${value.name}]` : "[Function]";
    case "object":
      return value === null ? "null" : shownObject(value, depth, seen);
    default:
      return String(value);
  }
}

function shownObject(value, depth, seen) {
  if (seen.includes(value)) return "[Circular]";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Error) return `[${value.name}: ${value.message}]`;
  const below = [...seen, value];
  const inner = (part) => shown(part, depth - 1, below);
  const list = (open, parts, close) => (parts.length === 0 ? open + close : `${open} ${parts.join(", ")} ${close}`);
  if (depth === 0) return Array.isArray(value) ? "[Array]" : "[Object]";
  if (value instanceof Set) return list("Set {", [...value].map(inner), "}");
  if (value instanceof Map) return list("Map {", [...value].map(([key, part]) => `${inner(key)} => ${inner(part)}`), "}");
  if (value instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${value.byteLength} }`;
  if (isArrayLike(value)) {
    const parts = Array.from(value).slice(0, 100).map(inner);
    if (value.length > parts.length) parts.push(`...(${value.length - parts.length})`);
    return list("[", parts, "]");
  }
  const own = Object.keys(value).map((key) => `${NAME.test(key) ? key : shown(key)}: ${inner(value[key])}`);
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return list(name && name !== "Object" ? `${name} {` : "{", own, "}");
}

// The steps of a path such as `a.b[0].c`; a backslash keeps a dot or bracket in a name.
export function steps(path) {
  if (Array.isArray(path)) return path;
  const found = [];
  for (const [, index, name] of String(path).matchAll(/\[(\d+)\]|((?:\\.|[^.[\]\\])+)/g)) {
    found.push(index === undefined ? name.replace(/\\(.)/g, "$1") : Number(index));
  }
  return found;
}

// Whether there is something at the path, and what.
export function reach(object, path) {
  let value = object;
  for (const step of steps(path)) {
    if (value === null || value === undefined || !(step in Object(value))) return { there: false, value: undefined };
    value = value[step];
  }
  return { there: true, value };
}
