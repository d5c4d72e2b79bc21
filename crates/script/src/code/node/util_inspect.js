// util.inspect: values as text, for people.
"use strict";
const custom = Symbol.for("nodejs.util.inspect.custom");
const DEFAULTS = {
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  maxArrayLength: 100,
  maxStringLength: 10000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
};
const COLOURS = {
  bigint: [33, 39], boolean: [33, 39], date: [35, 39], module: [4, 24], name: undefined, null: [1, 22], number: [33, 39],
  regexp: [31, 39], special: [36, 39], string: [32, 39], symbol: [32, 39], undefined: [90, 39],
};
const ESCAPES = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\" };

const quoted = (text) => {
  let mark = "'";
  if (text.includes("'")) {
    if (!text.includes('"')) mark = '"';
    else if (!text.includes("`") && !text.includes("${")) mark = "`";
  }
  // eslint-disable-next-line no-control-regex
  const escaped = text.replace(/[\u0000-\u001f\\\u007f-\u009f]|[\ud800-\udfff]/gu, (letter) => {
    if (ESCAPES[letter] !== undefined) return ESCAPES[letter];
    const code = letter.charCodeAt(0);
    if (code >= 0xd800) return `\\u${code.toString(16).toUpperCase()}`;
    return `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
};

const isName = (key) => /^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key);
const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

const number = (value) => (Object.is(value, -0) ? "-0" : `${value}`);

// The name of the class, and whether the object has no prototype.
const className = (value) => {
  for (let at = value; at !== null && at !== undefined; at = Object.getPrototypeOf(at)) {
    const own = Object.getOwnPropertyDescriptor(at, "constructor");
    if (own !== undefined && typeof own.value === "function" && own.value.name !== "") return own.value.name;
  }
  return null;
};

class Inspection {
  constructor(options) {
    Object.assign(this, DEFAULTS, options);
    if (this.depth === null) this.depth = Infinity;
    if (this.maxArrayLength === null) this.maxArrayLength = Infinity;
    if (this.maxStringLength === null) this.maxStringLength = Infinity;
    this.options = options;
    this.open = [];
    this.circular = new Map();
    this.indent = 0;
    this.level = 0;
  }

  paint(text, style) {
    const colour = this.colors ? COLOURS[style] : undefined;
    return colour === undefined ? text : `\u001b[${colour[0]}m${text}\u001b[${colour[1]}m`;
  }

  value(value, level, typed = false) {
    if (value === null) return this.paint("null", "null");
    if (typeof value === "object" || typeof value === "function") return this.object(value, level, typed);
    return this.primitive(value);
  }

  primitive(value) {
    switch (typeof value) {
      case "string":
        return this.string(value);
      case "number":
        return this.paint(number(value), "number");
      case "bigint":
        return this.paint(`${value}n`, "bigint");
      case "symbol":
        return this.paint(value.toString(), "symbol");
      default:
        return this.paint(`${value}`, typeof value);
    }
  }

  string(value) {
    let rest = "";
    if (value.length > this.maxStringLength) {
      const left = value.length - this.maxStringLength;
      rest = `... ${left} more character${left > 1 ? "s" : ""}`;
      value = value.slice(0, this.maxStringLength);
    }
    // Long texts are shown a line each.
    if (this.compact !== true && value.length > 16 && value.length > this.breakLength - this.indent - 4) {
      const lines = value.split(/(?<=\n)/).map((line) => this.paint(quoted(line), "string"));
      return lines.join(` +\n${" ".repeat(this.indent + 2)}`) + rest;
    }
    return this.paint(quoted(value), "string") + rest;
  }

  object(value, level, typed) {
    const own = this.customInspect ? this.customOf(value) : undefined;
    if (own !== undefined) {
      const depth = this.depth - level;
      const made = own.call(value, depth, { ...DEFAULTS, ...this.options, depth, stylize: (text, style) => this.paint(text, style) }, module.exports.inspect);
      if (made !== value) {
        return typeof made === "object" && made !== null
          ? this.value(made, level)
          : String(made).replaceAll("\n", `\n${" ".repeat(this.indent)}`);
      }
    }
    if (this.open.includes(value)) {
      if (!this.circular.has(value)) this.circular.set(value, this.circular.size + 1);
      return this.paint(`[Circular *${this.circular.get(value)}]`, "special");
    }
    return this.shape(value, level, typed);
  }

  customOf(value) {
    const own = value[custom];
    const isPrototype = value.constructor !== undefined && value.constructor !== null && value.constructor.prototype === value;
    return typeof own === "function" && own !== module.exports.inspect && !isPrototype ? own : undefined;
  }

  keys(value) {
    const isIndex = (key) => typeof key === "string" && /^(0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1;
    const listed = Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof String;
    const all = this.showHidden
      ? Reflect.ownKeys(value)
      : [
          ...Object.keys(value),
          ...Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key)),
        ];
    const kept = listed ? all.filter((key) => !isIndex(key) && !(key === "length" && Array.isArray(value) && !this.showHidden)) : all;
    return this.sorted ? kept.sort(this.sorted === true ? undefined : this.sorted) : kept;
  }

  // The parts of an object: what stands before the bracket, the brackets, and how its own members are listed.
  shape(value, level) {
    const name = className(value);
    const tag = typeof value[Symbol.toStringTag] === "string" ? value[Symbol.toStringTag] : "";
    const label = (fallback, size) => {
      const shown = name ?? `[${fallback}${size}: null prototype]`;
      const sized = name === null ? shown : `${shown}${size}`;
      return `${sized} ${tag !== "" && tag !== name ? `[${tag}] ` : ""}`;
    };
    const keys = this.keys(value);
    let base = "";
    let braces = ["{", "}"];
    let members = () => [];
    let isList = false;
    if (Array.isArray(value)) {
      const prefix = name !== "Array" || tag !== "" ? label("Array", `(${value.length})`) : "";
      braces = [`${prefix}[`, "]"];
      if (value.length === 0 && keys.length === 0) return `${braces[0]}]`;
      isList = true;
      members = () => this.array(value, level);
    } else if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      braces = [`${label("TypedArray", `(${value.length})`)}[`, "]"];
      if (value.length === 0 && keys.length === 0) return `${braces[0]}]`;
      isList = true;
      members = () => this.items(value, level);
    } else if (value instanceof Set) {
      braces[0] = `${label("Set", `(${value.size})`)}{`;
      members = () => this.inside(() => [...value].map((item) => this.value(item, level + 1)));
    } else if (value instanceof Map) {
      braces[0] = `${label("Map", `(${value.size})`)}{`;
      members = () =>
        this.inside(() => [...value].map(([key, item]) => `${this.value(key, level + 1)} => ${this.value(item, level + 1)}`));
    } else if (typeof value === "function") {
      base = this.callable(value, name, tag);
      if (keys.length === 0) return this.paint(base, "special");
    } else if (tagOf(value) === "Arguments") {
      braces = ["[Arguments] {", "}"];
    } else if (value instanceof RegExp) {
      base = RegExp.prototype.toString.call(value);
      if (keys.length === 0 || level > this.depth) return this.paint(base, "regexp");
    } else if (value instanceof Date) {
      base = Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
      if (keys.length === 0) return this.paint(base, "date");
    } else if (value instanceof Error) {
      return this.error(value, keys, level);
    } else if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
      braces[0] = `${label("ArrayBuffer", "")}{`;
      members = () => this.bytes(value);
    } else if (value instanceof DataView) {
      braces[0] = `${label("DataView", "")}{`;
      members = () =>
        this.inside(() => [
          `byteLength: ${this.value(value.byteLength)}`,
          `byteOffset: ${this.value(value.byteOffset)}`,
          `buffer: ${this.value(value.buffer, level + 1)}`,
        ]);
    } else if (value instanceof Promise) {
      braces[0] = `${label("Promise", "")}{`;
      members = () => [this.paint("<pending>", "special")];
    } else if (value instanceof WeakMap || value instanceof WeakSet) {
      return `${label("Weak", "")}{ ${this.paint("<items unknown>", "special")} }`;
    } else if (tagOf(value) === "Module") {
      braces[0] = "[Module: null prototype] {";
    } else if (["Number", "String", "Boolean", "BigInt", "Symbol"].some((kind) => value instanceof globalThis[kind])) {
      const inner = value.valueOf();
      const kind = typeof inner;
      base = `[${kind[0].toUpperCase()}${kind.slice(1)}: ${new Inspection({ ...this.options, colors: false }).primitive(inner)}]`;
      if (keys.length === 0) return this.paint(base, kind);
    } else {
      const prefix = name === "Object" && tag === "" ? "" : label("Object", "");
      if (keys.length === 0) return `${prefix}{}`;
      braces[0] = `${prefix}{`;
    }
    if (level > this.depth) {
      const short = braces[0].slice(0, -1).trim().replace(/\(\d+\)$/, "");
      return this.paint(`[${short === "" ? (isList ? "Array" : "Object") : short}]`, "special");
    }
    this.open.push(value);
    this.level = level;
    const parts = [...members(), ...keys.map((key) => this.member(value, key, level))];
    this.open.pop();
    const number = this.circular.get(value);
    if (number !== undefined) {
      const mark = this.paint(`<ref *${number}>`, "special");
      if (base === "") braces[0] = `${mark} ${braces[0]}`;
      else base = `${mark} ${base}`;
    }
    return this.join(parts, base, braces, isList ? value : undefined, level);
  }

  inside(work) {
    this.indent += 2;
    const made = work();
    this.indent -= 2;
    return made;
  }

  more(count) {
    return `... ${count} more item${count > 1 ? "s" : ""}`;
  }

  array(value, level) {
    return this.inside(() => {
      const parts = [];
      const shown = Math.min(this.maxArrayLength, value.length);
      let at = 0;
      while (at < value.length && parts.length < shown) {
        if (Object.hasOwn(value, at)) {
          parts.push(this.member(value, at, level, true));
          at += 1;
          continue;
        }
        const from = at;
        while (at < value.length && !Object.hasOwn(value, at)) at += 1;
        parts.push(this.paint(`<${at - from} empty item${at - from > 1 ? "s" : ""}>`, "undefined"));
      }
      if (at < value.length) parts.push(this.more(value.length - at));
      return parts;
    });
  }

  items(value) {
    const shown = Math.min(this.maxArrayLength, value.length);
    const parts = Array.from({ length: shown }, (_, at) => this.primitive(value[at]));
    if (value.length > shown) parts.push(this.more(value.length - shown));
    return parts;
  }

  bytes(value) {
    const all = new Uint8Array(value);
    const shown = Math.min(50, this.maxArrayLength, all.length);
    let text = Array.from(all.subarray(0, shown), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    if (all.length > shown) text += ` ... ${all.length - shown} more byte${all.length - shown > 1 ? "s" : ""}`;
    return [`${this.paint("[Uint8Contents]", "special")}: <${text}>`, `byteLength: ${this.value(value.byteLength)}`];
  }

  callable(value, name, tag) {
    const isClass = /^class\b/.test(Function.prototype.toString.call(value)) || native.isClass(value);
    if (isClass) {
      const above = Object.getPrototypeOf(value);
      const extended = above !== null && above.name ? ` extends ${above.name}` : "";
      return `[class ${value.name === "" ? "(anonymous)" : value.name}${extended}]`;
    }
    const kind = ["AsyncFunction", "GeneratorFunction", "AsyncGeneratorFunction"].includes(tagOf(value)) ? tagOf(value) : "Function";
    const shown = value.name === "" ? `[${kind} (anonymous)]` : `[${kind}: ${value.name}]`;
    return name === null ? `${shown.slice(0, -1)}] [null prototype]` : tag !== "" && tag !== kind ? `${shown} [${tag}]` : shown;
  }

  error(value, keys, level) {
    const name = value.name === undefined ? "Error" : String(value.name);
    const message = value.message === undefined || value.message === "" ? "" : `: ${value.message}`;
    const code = typeof value.code === "string" && keys.includes("code") && name !== "" ? ` [${value.code}]` : "";
    const isNodes = code !== "" && value.code.startsWith("ERR_");
    const stack = typeof value.stack === "string" ? value.stack.trimEnd() : "";
    // The engine's own stacks are frames only; those that code made up may begin with the message.
    const whole = stack !== "" && !/^\s*at /.test(stack);
    let base = whole ? stack : `${name}${isNodes ? code : ""}${message}${stack === "" ? "" : `\n${stack}`}`;
    if (!/\n\s*at /.test(base)) base = `[${base}]`;
    const hidden = ["cause", "errors"].filter((key) => Object.hasOwn(value, key) && !keys.includes(key));
    const shown = [...hidden.map((key) => [key, `[${key}]`]), ...keys.filter((key) => !["name", "message", "stack"].includes(key)).map((key) => [key])];
    if (shown.length === 0) return base.replaceAll("\n", `\n${" ".repeat(this.indent)}`);
    if (level > this.depth) return this.paint(`[${name}]`, "special");
    this.open.push(value);
    this.level = level;
    const parts = shown.map(([key, label]) => this.member(value, key, level, false, label));
    this.open.pop();
    return this.join(parts, base.replaceAll("\n", `\n${" ".repeat(this.indent)}`), ["{", "}"], undefined, level);
  }

  member(object, key, level, bare = false, label = undefined) {
    const own = Object.getOwnPropertyDescriptor(object, key) ?? { value: object[key], enumerable: true };
    let text;
    if (own.get !== undefined || own.set !== undefined) {
      const kind = own.get === undefined ? "Setter" : own.set === undefined ? "Getter" : "Getter/Setter";
      text = this.paint(`[${kind}]`, own.get === undefined ? "undefined" : "special");
    } else {
      text = bare ? this.value(own.value, level + 1) : this.inside(() => this.value(own.value, level + 1));
    }
    if (bare) return text;
    let shown;
    if (label !== undefined) shown = label;
    else if (typeof key === "symbol") shown = `[${this.paint(key.toString(), "symbol")}]`;
    else if (key === "__proto__") shown = "['__proto__']";
    else if (own.enumerable === false) shown = `[${key}]`;
    else shown = isName(key) ? key : this.paint(quoted(key), "string");
    return `${shown}: ${text}`;
  }

  // The parts in one line where they are short and few levels deep, otherwise a line each.
  join(parts, base, braces, list, level) {
    const front = base === "" ? "" : `${base} `;
    if (parts.length === 0) return `${front}${braces[0]}${braces[1]}`;
    if (this.compact !== true) {
      const before = parts.length;
      if (list !== undefined && before > 6 && this.compact >= 1) parts = this.columns(parts, list);
      if (this.depthBelow(level) < this.compact && before === parts.length) {
        const start = parts.length + this.indent + braces[0].length + base.length + 10;
        const total = parts.length + start + parts.reduce((sum, part) => sum + this.width(part), 0);
        const joined = parts.join(", ");
        if (total + parts.length <= this.breakLength + parts.length && !base.includes("\n") && !joined.includes("\n")) {
          return `${front}${braces[0]} ${joined} ${braces[1]}`;
        }
      }
      const line = `\n${" ".repeat(this.indent)}`;
      return `${front}${braces[0]}${line}  ${parts.join(`,${line}  `)}${line}${braces[1]}`;
    }
    return `${front}${braces[0]} ${parts.join(", ")} ${braces[1]}`;
  }

  // The letters of a part, without what paints them.
  width(part) {
    // eslint-disable-next-line no-control-regex
    return this.colors ? part.replace(/\u001b\[\d+m/g, "").length : part.length;
  }

  // How many levels are nested in what was shown last at this level.
  depthBelow(level) {
    return this.level - level;
  }

  // Many short items stand in columns.
  columns(parts, list) {
    const hasRest = list.length > this.maxArrayLength;
    const count = parts.length - (hasRest ? 1 : 0);
    const lengths = parts.slice(0, count).map((part) => this.width(part));
    const gap = 2;
    const longest = Math.max(...lengths) + gap;
    const total = lengths.reduce((sum, length) => sum + length + gap, 0);
    if (longest * 3 + this.indent >= this.breakLength || !(total / longest > 5 || longest <= 8)) return parts;
    const bias = Math.sqrt(longest - total / parts.length);
    const width = Math.max(longest - 3 - bias, 1);
    const columns = Math.min(
      Math.round(Math.sqrt(2.5 * width * count) / width),
      Math.floor((this.breakLength - this.indent) / longest),
      this.compact * 4,
      15,
    );
    if (columns <= 1) return parts;
    const widths = Array.from({ length: columns }, (_, column) => {
      const mine = lengths.filter((_, at) => at % columns === column);
      return Math.max(...mine) + gap;
    });
    const right = Array.from(list).slice(0, count).every((item) => typeof item === "number" || typeof item === "bigint");
    const made = [];
    for (let at = 0; at < count; at += columns) {
      const last = Math.min(at + columns, count) - 1;
      let line = "";
      for (let place = at; place < last; place += 1) {
        const cell = `${parts[place]}, `;
        line += right ? cell.padStart(widths[place - at]) : cell.padEnd(widths[place - at]);
      }
      line += right ? parts[last].padStart(widths[last - at] - gap) : parts[last];
      made.push(line);
    }
    if (hasRest) made.push(parts[count]);
    return made;
  }
}

const inspect = (value, options, ...old) => {
  // inspect(value, showHidden, depth, colors) is how it was once.
  if (typeof options === "boolean") {
    const given = { showHidden: options };
    if (old[0] !== undefined) given.depth = old[0];
    if (old[1] !== undefined) given.colors = old[1];
    options = given;
  }
  return new Inspection(options ?? {}).value(value, 0);
};
inspect.custom = custom;
inspect.defaultOptions = DEFAULTS;
inspect.colors = {};
inspect.styles = {};

const string = (value, options) => {
  if (typeof value === "number") return number(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  // An object that says itself what it is, unless it only inherits that from the language.
  const own = !(value instanceof Error) || Object.hasOwn(value, "toString");
  let at = value;
  while (own && at !== null && !Object.hasOwn(at, "toString") && !Object.hasOwn(at, Symbol.toPrimitive)) at = Object.getPrototypeOf(at);
  const known = [Object, Array, Date, RegExp, Map, Set, Error, Promise].map((each) => each.prototype);
  if (own && at !== null && !known.includes(at) && !ArrayBuffer.isView(value)) return String(value);
  return inspect(value, { ...options, depth: 0, colors: false, compact: 3 });
};

const formatWithOptions = (options, first, ...rest) => {
  if (typeof first !== "string") {
    if (rest.length === 0) return inspect(first, options);
    return [first, ...rest].map((part) => (typeof part === "string" ? part : inspect(part, options))).join(" ");
  }
  if (rest.length === 0) return first;
  let used = 0;
  const text = first.replace(/%[%sdifjoOc]/g, (mark) => {
    if (mark === "%%") return "%";
    if (used >= rest.length) return mark;
    const value = rest[used];
    used += 1;
    switch (mark[1]) {
      case "s":
        return string(value, options);
      case "d":
        if (typeof value === "bigint") return `${value}n`;
        return typeof value === "symbol" ? "NaN" : number(typeof value === "object" && value !== null ? Number(value) : Number(value));
      case "i":
        if (typeof value === "bigint") return `${value}n`;
        return typeof value === "symbol" ? "NaN" : number(parseInt(value, 10));
      case "f":
        return typeof value === "symbol" ? "NaN" : number(parseFloat(value));
      case "j":
        try {
          return JSON.stringify(value);
        } catch (error) {
          if (!String(error.message).includes("circular")) throw error;
          return "[Circular]";
        }
      case "o":
        return inspect(value, { ...options, showHidden: true, depth: 4 });
      case "O":
        return inspect(value, options);
      default:
        return "";
    }
  });
  const tail = rest.slice(used).map((part) => (typeof part === "string" ? part : inspect(part, options)));
  return [text, ...tail].join(" ");
};

module.exports = { formatWithOptions, inspect };
