// Assertions in the manner of Chai that are checks of the test, as scripts import them from k6chaijs.
import { check, group } from "k6";
import { alike, isArrayLike, reach, shown } from "../../plimsoll/1.0.0/values.js";

export const config = {
  // The longest name of a check.
  truncateMsgThreshold: 300,
  // The longest value in the name of a check.
  truncateVariableThreshold: 100,
  // Keep values out of the names of checks, so that all users count the same one.
  aggregateChecks: true,
  // Log the values of an assertion that does not hold.
  logFailures: false,
};

export class AssertionError extends Error {
  constructor(message) {
    super(message);
    this.name = "AssertionError";
  }
}

const cut = (text, limit) => (text.length > limit ? `${text.slice(0, limit)}...` : text);
const brief = (value) => cut(shown(value), config.truncateVariableThreshold);
const typeOf = (value) => {
  if (value && typeof value === "object" && value[Symbol.toStringTag]) return value[Symbol.toStringTag];
  return Object.prototype.toString.call(value).slice(8, -1);
};
const list = (items, word) => {
  const texts = items.map((item) => shown(item));
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")}, ${word} ${texts[texts.length - 1]}`;
};

export class Assertion {
  constructor(value, label, flags = {}) {
    this.value = value;
    this.label = label;
    this.flags = { ...flags };
  }

  // Counts a check and throws when it does not hold. The messages say what is and what must not be;
  // `{this}`, `{exp}` and `{act}` stand for values.
  assert(holds, message, negated, expected, actual = this.value) {
    const { not } = this.flags;
    const template = not ? negated : message;
    const fill = (visible) =>
      template
        .replace("{this}", () => this.label || (visible ? brief(this.value) : "${this}"))
        .replace("{act}", () => (visible ? brief(actual) : "${actual}"))
        .replace("{exp}", () => brief(expected));
    const name = cut(fill(!config.aggregateChecks), config.truncateMsgThreshold);
    const good = Boolean(holds) !== Boolean(not);
    check(null, { [name]: () => good });
    if (good) return this;
    if (config.logFailures) console.warn(`${name} | ${brief(actual)}`);
    throw new AssertionError(fill(true));
  }

  likewise(a, b) {
    return this.flags.deep ? alike(a, b) : a === b;
  }

  // Counts that the value has a length, or a size; its name and number.
  counted() {
    const { value, flags } = this;
    const name = value instanceof Map || value instanceof Set ? "size" : "length";
    const { not } = flags;
    flags.not = false;
    this.assert(value?.[name] !== undefined, `expected {this} to have property '${name}'`, "");
    flags.not = not;
    return { name, number: value[name] };
  }

  // What stands before the number in messages about lengths; and the number itself.
  size() {
    if (!this.flags.length) return { about: "", value: this.value };
    const { name, number } = this.counted();
    return { about: ` have a ${name}`, value: number };
  }

  compare(test, words, limit) {
    const { about, value } = this.size();
    const verb = about || " be";
    const got = about ? " got {act}" : "";
    return this.assert(
      test(value),
      `expected {this} to${verb} ${words} {exp}${got}`,
      `expected {this} to not${verb} ${words} {exp}`,
      limit,
      value,
    );
  }

  static addProperty(names, get) {
    for (const name of [].concat(names)) {
      Object.defineProperty(Assertion.prototype, name, {
        configurable: true,
        get() {
          return get.call(this) ?? this;
        },
      });
    }
  }

  static addMethod(names, call) {
    for (const name of [].concat(names)) {
      Object.defineProperty(Assertion.prototype, name, {
        configurable: true,
        writable: true,
        value(...args) {
          return call.apply(this, args) ?? this;
        },
      });
    }
  }

  // A word that is a method and goes on as a chain: `to.include(2)`, `to.include.keys('a')`.
  static addChainableMethod(names, call, begin = () => {}) {
    for (const name of [].concat(names)) {
      Object.defineProperty(Assertion.prototype, name, {
        configurable: true,
        get() {
          begin.call(this);
          const method = (...args) => call.apply(this, args) ?? this;
          // The chain is looked up in the assertion; a function has a `length` of its own to be hidden.
          return new Proxy(method, { get: (_, key) => Reflect.get(this, key, this) });
        },
      });
    }
  }
}

const { addChainableMethod, addMethod, addProperty } = Assertion;

addProperty("to be been is that which and has have with at of same but does still also".split(" "), () => {});
for (const flag of ["not", "deep", "nested", "own", "ordered", "itself"]) {
  addProperty(flag, function set() {
    this.flags[flag] = true;
  });
}
addProperty("any", function any() {
  Object.assign(this.flags, { any: true, all: false });
});
addProperty("all", function all() {
  Object.assign(this.flags, { all: true, any: false });
});

addChainableMethod(["a", "an"], function type(wanted) {
  const name = wanted.toLowerCase();
  const words = `${/^[aeiou]/.test(name) ? "an" : "a"} ${name}`;
  this.assert(typeOf(this.value).toLowerCase() === name, `expected {this} to be ${words}`, `expected {this} not to be ${words}`);
});

function included(assertion, wanted) {
  const { value, flags } = assertion;
  if (typeof value === "string") return value.includes(wanted);
  if (value instanceof Set || isArrayLike(value)) return [...value].some((item) => assertion.likewise(item, wanted));
  if (value instanceof Map) return [...value.values()].some((item) => assertion.likewise(item, wanted));
  if (value === null || typeof value !== "object" || wanted === null || typeof wanted !== "object") return false;
  return Object.keys(wanted).every((key) => {
    const found = flags.nested ? reach(value, key) : { there: flags.own ? Object.hasOwn(value, key) : key in value, value: value[key] };
    return found.there && assertion.likewise(found.value, wanted[key]);
  });
}

addChainableMethod(
  ["include", "includes", "contain", "contains"],
  function include(wanted) {
    const deep = this.flags.deep ? "deep " : "";
    this.assert(included(this, wanted), `expected {this} to ${deep}include {exp}`, `expected {this} to not ${deep}include {exp}`, wanted);
  },
  function containing() {
    this.flags.contains = true;
  },
);

const simple = {
  ok: ["truthy", (value) => Boolean(value)],
  true: ["true", (value) => value === true],
  false: ["false", (value) => value === false],
  null: ["null", (value) => value === null],
  undefined: ["undefined", (value) => value === undefined],
  NaN: ["NaN", (value) => Number.isNaN(value)],
  arguments: ["arguments", (value) => typeOf(value) === "Arguments"],
  extensible: ["extensible", (value) => Object.isExtensible(value)],
  sealed: ["sealed", (value) => Object.isSealed(value)],
  frozen: ["frozen", (value) => Object.isFrozen(value)],
  finite: ["a finite number", (value) => Number.isFinite(value)],
  empty: ["empty", (value) => {
    if (value instanceof Map || value instanceof Set) return value.size === 0;
    return typeof value === "string" || isArrayLike(value) ? value.length === 0 : Object.keys(Object(value)).length === 0;
  }],
};
for (const [name, [words, test]] of Object.entries(simple)) {
  addProperty(name, function judge() {
    this.assert(test(this.value), `expected {this} to be ${words}`, `expected {this} to not be ${words}`);
  });
}
addProperty(["exist", "exists"], function exist() {
  this.assert(this.value !== null && this.value !== undefined, "expected {this} to exist", "expected {this} to not exist");
});

function eql(wanted) {
  this.assert(alike(this.value, wanted), "expected {this} to deeply equal {exp}", "expected {this} to not deeply equal {exp}", wanted);
}
addMethod(["eql", "eqls"], eql);
addMethod(["equal", "equals", "eq"], function equal(wanted) {
  if (this.flags.deep) return eql.call(this, wanted);
  return this.assert(this.value === wanted, "expected {this} to equal {exp}", "expected {this} to not equal {exp}", wanted);
});

addMethod(["above", "gt", "greaterThan"], function above(limit) {
  return this.compare((value) => value > limit, "above", limit);
});
addMethod(["least", "gte", "greaterThanOrEqual"], function least(limit) {
  return this.compare((value) => value >= limit, "at least", limit);
});
addMethod(["below", "lt", "lessThan"], function below(limit) {
  return this.compare((value) => value < limit, "below", limit);
});
addMethod(["most", "lte", "lessThanOrEqual"], function most(limit) {
  return this.compare((value) => value <= limit, "at most", limit);
});
addMethod("within", function within(low, high) {
  const { about, value } = this.size();
  const verb = about || " be";
  const range = `${shown(low)}..${shown(high)}`;
  return this.assert(
    value >= low && value <= high,
    `expected {this} to${verb} within ${range}`,
    `expected {this} to not${verb} within ${range}`,
  );
});
addMethod(["closeTo", "approximately"], function closeTo(wanted, delta) {
  const words = `be close to ${shown(wanted)} +/- ${delta}`;
  this.assert(Math.abs(this.value - wanted) <= delta, `expected {this} to ${words}`, `expected {this} not to ${words}`);
});

addMethod(["instanceof", "instanceOf"], function instance(type) {
  const words = `be an instance of ${type.name || "an unnamed constructor"}`;
  this.assert(this.value instanceof type, `expected {this} to ${words}`, `expected {this} to not ${words}`);
});

function property(name, ...wanted) {
  const { nested, own, deep } = this.flags;
  const subject = this.value;
  const missing = subject === null || subject === undefined;
  const found = nested ? reach(subject, name) : { there: !missing && (own ? Object.hasOwn(subject, name) : name in Object(subject)) };
  const value = nested ? found.value : subject?.[name];
  const words = `${deep ? "deep " : ""}${nested ? "nested " : own ? "own " : ""}property ${shown(name)}`;
  if (wanted.length === 0 || !this.flags.not) {
    this.assert(found.there, `expected {this} to have ${words}`, `expected {this} to not have ${words}`);
  }
  if (wanted.length > 0) {
    this.assert(
      found.there && this.likewise(value, wanted[0]),
      `expected {this} to have ${words} of {exp} got {act}`,
      `expected {this} to not have ${words} of {act}`,
      wanted[0],
      value,
    );
  }
  this.value = value;
}
addMethod("property", property);
addMethod(["ownProperty", "haveOwnProperty"], function ownProperty(...args) {
  this.flags.own = true;
  return property.apply(this, args);
});
addMethod(["ownPropertyDescriptor", "haveOwnPropertyDescriptor"], function descriptor(name, wanted) {
  const actual = Object.getOwnPropertyDescriptor(Object(this.value), name);
  const words = `own property descriptor for ${shown(name)}`;
  const good = actual !== undefined && (wanted === undefined || alike(actual, wanted));
  this.assert(good, `expected {this} to have ${words}`, `expected {this} to not have ${words}`, wanted, actual);
  this.value = actual;
});

addChainableMethod(
  ["lengthOf", "length"],
  function lengthOf(wanted) {
    const { name, number } = this.counted();
    this.assert(
      number === wanted,
      `expected {this} to have a ${name} of {exp} got {act}`,
      `expected {this} to not have a ${name} of {act}`,
      wanted,
      number,
    );
  },
  function counting() {
    this.flags.length = true;
  },
);

addMethod(["match", "matches"], function match(pattern) {
  this.assert(pattern.test(this.value), `expected {this} to match ${pattern}`, `expected {this} not to match ${pattern}`);
});
addMethod("string", function string(text) {
  const holds = typeof this.value === "string" && this.value.includes(text);
  this.assert(holds, "expected {this} to contain {exp}", "expected {this} to not contain {exp}", text);
});

addMethod(["keys", "key"], function keys(...args) {
  const [first] = args;
  const many = Array.isArray(first) ? first : typeof first === "object" && first !== null ? Object.keys(first) : args;
  const { value, flags } = this;
  const actual = value instanceof Map || value instanceof Set ? [...value.keys()] : Object.keys(Object(value)).concat();
  const has = (key) => actual.some((other) => (flags.deep ? alike(other, key) : other === key || String(other) === key));
  const found = many.filter(has).length;
  const whole = found === many.length && (flags.contains || actual.length === many.length);
  const words = `${many.length > 1 ? "keys" : "key"} ${list(many, flags.any ? "or" : "and")}`;
  const verb = flags.contains ? "contain" : "have";
  const deep = flags.deep ? "deeply " : "";
  this.assert(
    flags.any ? found > 0 : whole,
    `expected {this} to ${deep}${verb} ${words}`,
    `expected {this} to not ${deep}${verb} ${words}`,
    many,
    actual,
  );
});

addMethod(["throw", "throws", "Throw"], function throws(like, message) {
  const [type, text] = typeof like === "string" || like instanceof RegExp ? [undefined, like] : [like, message];
  const { not } = this.flags;
  this.flags.not = false;
  this.assert(typeof this.value === "function", "expected {this} to be a function", "");
  this.flags.not = not;
  let caught;
  let thrown = false;
  try {
    this.value();
  } catch (error) {
    [caught, thrown] = [error, true];
  }
  const said = caught instanceof Error ? caught.message : String(caught);
  const fits = type === undefined || (type instanceof Error ? caught === type : caught instanceof type);
  const speaks = text === undefined || (text instanceof RegExp ? text.test(said) : said.includes(text));
  const what = type === undefined ? "an error" : type instanceof Error ? shown(type) : type.name;
  const how = text === undefined ? "" : ` ${text instanceof RegExp ? "matching" : "including"} ${shown(text)}`;
  this.assert(thrown && fits && speaks, `expected {this} to throw ${what}${how}`, `expected {this} to not throw ${what}${how}`, like, caught);
  this.value = caught;
});

addMethod(["respondTo", "respondsTo"], function respondTo(name) {
  const { value, flags } = this;
  const holder = typeof value === "function" && !flags.itself ? value.prototype : value;
  const words = `respond to ${shown(name)}`;
  this.assert(typeof holder?.[name] === "function", `expected {this} to ${words}`, `expected {this} to not ${words}`);
});
addMethod(["satisfy", "satisfies"], function satisfy(test) {
  this.assert(test(this.value), "expected {this} to satisfy [Function]", "expected {this} to not satisfy [Function]");
});

addMethod("members", function members(wanted) {
  const { value, flags } = this;
  const actual = [...value];
  const rest = [...actual];
  const all = wanted.every((item, index) => {
    if (flags.ordered) return index < actual.length && this.likewise(actual[index], item);
    const at = rest.findIndex((other) => this.likewise(other, item));
    // Of a superset, one member may stand for several.
    if (at >= 0 && !flags.contains) rest.splice(at, 1);
    return at >= 0;
  });
  const kind = flags.ordered ? "ordered " : "";
  const [words, negated] = flags.contains
    ? [`be a${kind ? "n ordered" : ""} superset of`, `be a${kind ? "n ordered" : ""} superset of`]
    : [`have the same ${kind}members as`, `have the same ${kind}members as`];
  const good = all && (flags.contains || actual.length === wanted.length);
  this.assert(good, `expected {this} to ${words} {exp}`, `expected {this} to not ${negated} {exp}`, wanted);
});
addMethod("oneOf", function oneOf(items) {
  const { value, flags } = this;
  const good = flags.contains ? items.some((item) => included(this, item)) : items.some((item) => this.likewise(value, item));
  const words = `${flags.contains ? "contain" : "be"} one of {exp}`;
  this.assert(good, `expected {this} to ${words}`, `expected {this} to not ${words}`, items);
});

// How a value moves when the function is called: `by` says how far.
function moves(names, verb, test) {
  addMethod(names, function move(holder, name) {
    const read = () => (name === undefined ? holder() : holder[name]);
    const before = read();
    this.value();
    const after = read();
    const what = name === undefined ? shown(holder) : `.${name}`;
    this.moved = Math.abs(after - before);
    this.assert(test(before, after), `expected ${what} to ${verb}`, `expected ${what} to not ${verb}`, before, after);
  });
}
moves(["change", "changes"], "change", (before, after) => before !== after);
moves(["increase", "increases"], "increase", (before, after) => after > before);
moves(["decrease", "decreases"], "decrease", (before, after) => after < before);
addMethod("by", function by(distance) {
  this.assert(this.moved === distance, "expected the change to be {exp}", "expected the change to not be {exp}", distance, this.moved);
});

addMethod("validJsonBody", function validJsonBody() {
  let valid = false;
  try {
    valid = this.value.json() !== undefined;
  } catch {
    // The check says so.
  }
  this.assert(valid, "has valid json body", "has no valid json body");
});

export function expect(value, label) {
  return new Assertion(value, label);
}
expect.fail = (message = "expect.fail()") => new Assertion(null).assert(false, message, message);

// A group whose errors end it alone: an assertion that does not hold has been counted, any other is counted
// here. Whether all went well is the result.
export function describe(name, body) {
  let good = true;
  group(name, () => {
    try {
      body();
    } catch (error) {
      good = false;
      if (error instanceof AssertionError) return;
      const said = error instanceof Error ? error.message : String(error);
      check(null, { [cut(`Exception raised "${said}"`, config.truncateMsgThreshold)]: () => false });
      if (config.logFailures) console.warn(`Exception raised in "${name}": ${(error && error.stack) || said}`);
    }
  });
  return good;
}

const util = {
  addMethod: (_, name, call) => addMethod(name, call),
  addProperty: (_, name, get) => addProperty(name, get),
  addChainableMethod: (_, name, call, begin) => addChainableMethod(name, call, begin),
  eql: (a, b) => alike(a, b),
  inspect: (value) => shown(value),
  flag: (assertion, name, ...value) => {
    if (name === "object") {
      if (value.length > 0) [assertion.value] = value;
      return assertion.value;
    }
    if (value.length > 0) [assertion.flags[name]] = value;
    return assertion.flags[name === "negate" ? "not" : name];
  },
};

const chai = { config, describe, expect, AssertionError, Assertion, util };
// Gives a plugin the means to add words.
export function use(plugin) {
  plugin(chai, util);
  return chai;
}
chai.use = use;

export default chai;
