// Values against JSON schemas of draft 7, the part of ajv that works. Schemas become functions once.
import { alike } from "./values.js";

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const typeOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
const TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"];
const isType = (value, type) => {
  if (type === "integer") return Number.isInteger(value);
  return type === "number" ? Number.isFinite(value) : typeOf(value) === type;
};
const member = (path, name) => {
  const quoted = name.replace(/\\/g, "\\\\").replace(/'/g, "\\'");
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `${path}.${name}` : `${path}['${quoted}']`;
};
const inPointer = (name) => encodeURIComponent(name.replace(/~/g, "~0").replace(/\//g, "~1"));
const fromPointer = (name) => decodeURIComponent(name).replace(/~1/g, "/").replace(/~0/g, "~");
// Characters as people count them: a pair of surrogates is one.
const letters = (text) => [...text].length;

const leap = (year) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
function isDate(text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!found) return false;
  const [year, month, day] = found.slice(1).map(Number);
  const days = [31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}
function isTime(text, zoned = false) {
  const found = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(z|[+-]\d\d(?::?\d\d)?)?$/i.exec(text);
  if (!found || (zoned && !found[4])) return false;
  const [hour, minute, second] = found.slice(1, 4).map(Number);
  return (hour <= 23 && minute <= 59 && second <= 59) || (hour === 23 && minute === 59 && second === 60);
}
const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const group = "[0-9a-f]{1,4}";

const FORMATS = {
  date: isDate,
  time: isTime,
  "date-time": (text) => {
    const [date, time, ...more] = text.split(/t|\s/i);
    return more.length === 0 && time !== undefined && isDate(date) && isTime(time, true);
  },
  uri: (text) => /^[a-z][a-z0-9+.-]*:(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2})+$/i.test(text),
  "uri-reference": (text) => /^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9a-f]{2})*$/i.test(text),
  url: (text) => /^(?:https?|ftp):\/\/[^\s/?#]+(?:[/?#]\S*)?$/i.test(text),
  email: (text) => new RegExp(`^[a-z0-9.!#$%&'*+/=?^_\`{|}~-]+@${label}(?:\\.${label})*$`, "i").test(text),
  hostname: (text) => text.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`, "i").test(text),
  ipv4: (text) => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text),
  ipv6: (text) => {
    const [head, tail, ...more] = text.split("::");
    const parts = (side) => (side === "" || side === undefined ? [] : side.split(":"));
    const all = [...parts(head), ...parts(tail)];
    const last = all[all.length - 1] || "";
    const count = all.length + (last.includes(".") ? 1 : 0);
    const good = all.every((part, at) => new RegExp(`^${group}$`, "i").test(part) || (at === all.length - 1 && FORMATS.ipv4(part)));
    return more.length === 0 && good && (tail === undefined ? count === 8 : count < 8);
  },
  uuid: (text) => /^(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text),
  "json-pointer": (text) => /^(?:\/(?:[^~/]|~0|~1)*)*$/.test(text),
  "relative-json-pointer": (text) => /^(?:0|[1-9]\d*)(?:#|(?:\/(?:[^~/]|~0|~1)*)*)$/.test(text),
  regex: (text) => {
    try {
      return Boolean(new RegExp(text, "u"));
    } catch {
      return false;
    }
  },
};

// Each keyword: from its value to a function of the value and where it is, which complains when need be. A
// keyword of one type of values looks only at those.
const number = (name, words, holds) => (limit) => (value, at) => {
  if (typeof value === "number" && !holds(value, limit)) at.complain(name, { comparison: words, limit, exclusive: !words.endsWith("=") }, `should be ${words} ${limit}`);
};
const count = (name, measure, less, unit) => (limit) => (value, at) => {
  const size = measure(value);
  if (size === undefined || (less ? size >= limit : size <= limit)) return;
  at.complain(name, { limit }, `should NOT have ${less ? "fewer" : "more"} than ${limit} ${unit}`);
};
const textLength = (value) => (typeof value === "string" ? letters(value) : undefined);
const itemCount = (value) => (Array.isArray(value) ? value.length : undefined);
const propertyCount = (value) => (isObject(value) ? Object.keys(value).length : undefined);

const KEYWORDS = {
  type: (types) => {
    const known = [].concat(types);
    if (!known.every((type) => TYPES.includes(type))) {
      throw new Error("schema is invalid: data.type should be equal to one of the allowed values");
    }
    return (value, at) => {
      if (!known.some((type) => isType(value, type))) at.complain("type", { type: known.join(",") }, `should be ${known.join(",")}`);
    };
  },
  enum: (allowedValues) => (value, at) => {
    if (!allowedValues.some((one) => alike(one, value))) {
      at.complain("enum", { allowedValues }, "should be equal to one of the allowed values");
    }
  },
  const: (allowedValue) => (value, at) => {
    if (!alike(allowedValue, value)) at.complain("const", { allowedValue }, "should be equal to constant");
  },
  minimum: number("minimum", ">=", (value, limit) => value >= limit),
  maximum: number("maximum", "<=", (value, limit) => value <= limit),
  exclusiveMinimum: number("exclusiveMinimum", ">", (value, limit) => value > limit),
  exclusiveMaximum: number("exclusiveMaximum", "<", (value, limit) => value < limit),
  multipleOf: (multipleOf) => (value, at) => {
    if (typeof value === "number" && !Number.isInteger(value / multipleOf)) {
      at.complain("multipleOf", { multipleOf }, `should be multiple of ${multipleOf}`);
    }
  },
  minLength: (limit) => (value, at) => {
    if (textLength(value) < limit) at.complain("minLength", { limit }, `should NOT be shorter than ${limit} characters`);
  },
  maxLength: (limit) => (value, at) => {
    if (textLength(value) > limit) at.complain("maxLength", { limit }, `should NOT be longer than ${limit} characters`);
  },
  pattern: (pattern) => {
    const compiled = new RegExp(pattern, "u");
    return (value, at) => {
      if (typeof value === "string" && !compiled.test(value)) at.complain("pattern", { pattern }, `should match pattern "${pattern}"`);
    };
  },
  format: (format, { ajv }) => {
    const known = ajv.formats[format];
    const unknown = ajv.options.unknownFormats;
    if (!known && unknown !== "ignore" && !(Array.isArray(unknown) && unknown.includes(format))) {
      throw new Error(`unknown format "${format}" is used in schema`);
    }
    const test = known instanceof RegExp ? (text) => known.test(text) : known;
    return (value, at) => {
      if (test && typeof value === "string" && !test(value)) at.complain("format", { format }, `should match format "${format}"`);
    };
  },
  minItems: count("minItems", itemCount, true, "items"),
  maxItems: count("maxItems", itemCount, false, "items"),
  uniqueItems: (wanted) => (value, at) => {
    if (!wanted || !Array.isArray(value)) return;
    for (let i = value.length - 1; i > 0; i -= 1) {
      const j = value.findIndex((other, index) => index < i && alike(other, value[i]));
      if (j >= 0) {
        at.complain("uniqueItems", { i, j }, `should NOT have duplicate items (items ## ${j} and ${i} are identical)`);
        return;
      }
    }
  },
  contains: (schema, maker) => {
    const test = maker.make(schema, "contains");
    return (value, at) => {
      if (!Array.isArray(value)) return;
      const tries = value.map((item, index) => at.attempt(test, item, `[${index}]`));
      if (!tries.some((errors) => errors.length === 0)) {
        at.add(...tries.flat());
        at.complain("contains", {}, "should contain a valid item");
      }
    };
  },
  items: (schema, maker) => {
    if (!Array.isArray(schema)) {
      const test = maker.make(schema, "items");
      return (value, at) => {
        if (Array.isArray(value)) value.forEach((item, index) => at.go(test, item, `[${index}]`));
      };
    }
    const tests = schema.map((one, index) => maker.make(one, `items/${index}`));
    const { additionalItems } = maker.schema;
    const rest = additionalItems === undefined ? undefined : maker.make(additionalItems, "additionalItems");
    return (value, at) => {
      if (!Array.isArray(value)) return;
      tests.forEach((test, index) => index < value.length && at.go(test, value[index], `[${index}]`));
      if (additionalItems === false && value.length > tests.length) {
        at.complain("additionalItems", { limit: tests.length }, `should NOT have more than ${tests.length} items`);
      } else if (rest) {
        for (let index = tests.length; index < value.length; index += 1) at.go(rest, value[index], `[${index}]`);
      }
    };
  },
  minProperties: count("minProperties", propertyCount, true, "properties"),
  maxProperties: count("maxProperties", propertyCount, false, "properties"),
  required: (names) => (value, at) => {
    if (!isObject(value)) return;
    for (const missingProperty of names) {
      if (value[missingProperty] !== undefined) continue;
      at.complain("required", { missingProperty }, `should have required property '${missingProperty}'`);
      if (at.enough()) return;
    }
  },
  properties: (schemas, maker) => {
    const tests = Object.entries(schemas).map(([name, schema]) => [name, schema, maker.make(schema, `properties/${inPointer(name)}`)]);
    const { useDefaults } = maker.ajv.options;
    return (value, at) => {
      if (!isObject(value)) return;
      for (const [name, schema, test] of tests) {
        if (useDefaults && value[name] === undefined && schema.default !== undefined) value[name] = structuredCopy(schema.default);
        if (value[name] !== undefined) at.go(test, value[name], member("", name), value, name);
        if (at.enough()) return;
      }
    };
  },
  patternProperties: (schemas, maker) => {
    const tests = Object.entries(schemas).map(([name, schema]) => [new RegExp(name, "u"), maker.make(schema, `patternProperties/${inPointer(name)}`)]);
    return (value, at) => {
      if (!isObject(value)) return;
      for (const [pattern, test] of tests) {
        for (const name of Object.keys(value)) if (pattern.test(name)) at.go(test, value[name], member("", name));
      }
    };
  },
  additionalProperties: (schema, maker) => {
    const test = maker.make(schema, "additionalProperties");
    const known = new Set(Object.keys(maker.schema.properties || {}));
    const patterns = Object.keys(maker.schema.patternProperties || {}).map((pattern) => new RegExp(pattern, "u"));
    const { removeAdditional } = maker.ajv.options;
    return (value, at) => {
      if (!isObject(value)) return;
      for (const name of Object.keys(value)) {
        if (known.has(name) || patterns.some((pattern) => pattern.test(name))) continue;
        if (removeAdditional === "all" || (removeAdditional && schema === false)) {
          delete value[name];
        } else if (schema === false) {
          at.complain("additionalProperties", { additionalProperty: name }, "should NOT have additional properties");
        } else {
          at.go(test, value[name], member("", name));
        }
        if (at.enough()) return;
      }
    };
  },
  propertyNames: (schema, maker) => {
    const test = maker.make(schema, "propertyNames");
    return (value, at) => {
      if (!isObject(value)) return;
      for (const propertyName of Object.keys(value)) {
        const errors = at.attempt(test, propertyName, "");
        if (errors.length === 0) continue;
        at.add(...errors.map((error) => ({ ...error, propertyName })));
        at.complain("propertyNames", { propertyName }, `property name '${propertyName}' is invalid`);
      }
    };
  },
  dependencies: (rules, maker) => {
    const tests = Object.entries(rules).map(([name, rule]) => [name, rule, Array.isArray(rule) ? undefined : maker.make(rule, `dependencies/${inPointer(name)}`)]);
    return (value, at) => {
      if (!isObject(value)) return;
      for (const [property, rule, test] of tests) {
        if (value[property] === undefined) continue;
        if (test) at.go(test, value, "");
        const missing = test ? [] : rule.filter((name) => value[name] === undefined);
        for (const missingProperty of missing) {
          const deps = rule.join(", ");
          const params = { property, missingProperty, depsCount: rule.length, deps };
          const noun = rule.length === 1 ? "property" : "properties";
          at.complain("dependencies", params, `should have ${noun} ${deps} when property ${property} is present`);
        }
      }
    };
  },
  allOf: (schemas, maker) => {
    const tests = schemas.map((schema, index) => maker.make(schema, `allOf/${index}`));
    return (value, at) => tests.forEach((test) => at.go(test, value, ""));
  },
  anyOf: (schemas, maker) => {
    const tests = schemas.map((schema, index) => maker.make(schema, `anyOf/${index}`));
    return (value, at) => {
      const tries = [];
      for (const test of tests) {
        const errors = at.attempt(test, value, "");
        if (errors.length === 0) return;
        tries.push(...errors);
      }
      at.add(...tries);
      at.complain("anyOf", {}, "should match some schema in anyOf");
    };
  },
  oneOf: (schemas, maker) => {
    const tests = schemas.map((schema, index) => maker.make(schema, `oneOf/${index}`));
    return (value, at) => {
      const tries = tests.map((test) => at.attempt(test, value, ""));
      const fitting = tries.flatMap((errors, index) => (errors.length === 0 ? [index] : []));
      if (fitting.length === 1) return;
      if (fitting.length === 0) at.add(...tries.flat());
      const passingSchemas = fitting.length === 0 ? null : fitting.slice(0, 2);
      at.complain("oneOf", { passingSchemas }, "should match exactly one schema in oneOf");
    };
  },
  not: (schema, maker) => {
    const test = maker.make(schema, "not");
    return (value, at) => {
      if (at.attempt(test, value, "").length === 0) at.complain("not", {}, "should NOT be valid");
    };
  },
  if: (schema, maker) => {
    const test = maker.make(schema, "if");
    const branch = (name) => (maker.schema[name] === undefined ? undefined : maker.make(maker.schema[name], name));
    const branches = { then: branch("then"), else: branch("else") };
    return (value, at) => {
      const failingKeyword = at.attempt(test, value, "").length === 0 ? "then" : "else";
      const chosen = branches[failingKeyword];
      const errors = chosen ? at.attempt(chosen, value, "") : [];
      if (errors.length === 0) return;
      at.add(...errors);
      at.complain("if", { failingKeyword }, `should match "${failingKeyword}" schema`);
    };
  },
  $ref: (ref, maker) => {
    const { ajv, base } = maker;
    let test;
    const target = ajv.locate(ref, base, maker.root);
    if (!target && ajv.options.missingRefs !== "ignore") throw new Error(`can't resolve reference ${ref} from id ${base || "#"}`);
    // Made when it is first used: a schema may refer to itself.
    return (value, at) => {
      if (!target) return;
      test ??= new Maker(ajv, target.schema, target.base, ref, target.root).function();
      at.go(test, value, "");
    };
  },
};

const structuredCopy = (value) => JSON.parse(JSON.stringify(value));

function coerced(value, types) {
  for (const type of [].concat(types)) {
    if (type === "string" && ["number", "boolean"].includes(typeof value)) return String(value);
    if (type === "string" && value === null) return "";
    if (type === "number" || type === "integer") {
      const number = typeof value === "boolean" || value === null || (typeof value === "string" && value.trim() !== "") ? Number(value) : NaN;
      if (isType(number, type)) return number;
    }
    if (type === "boolean" && ["true", 1].includes(value)) return true;
    if (type === "boolean" && ["false", 0, null].includes(value)) return false;
    if (type === "null" && ["", 0, false].includes(value)) return null;
    if (type === "array" && value !== null && typeof value !== "object") return [value];
  }
  return value;
}

// Where a value is looked at: its path, the schema's, and the errors so far.
class Place {
  constructor(run, path, schemaPath) {
    Object.assign(this, { run, path, schemaPath });
  }

  add(...errors) {
    this.run.errors.push(...errors);
  }

  complain(keyword, params, message) {
    const error = { keyword, dataPath: this.path, schemaPath: `${this.schemaPath}/${keyword}`, params, message };
    if (this.run.verbose) error.data = this.value;
    this.add(error);
  }

  // Whether nothing more needs to be looked at.
  enough() {
    return !this.run.all && this.run.errors.length > 0;
  }

  go(test, value, step, holder, name) {
    if (!this.enough()) test(value, this.run, this.path + step, holder, name);
  }

  // The errors of a value that need not be right.
  attempt(test, value, step) {
    const run = { ...this.run, errors: [] };
    test(value, run, this.path + step);
    return run.errors;
  }
}

// The order in which keywords complain.
const ORDER = ["$ref", "type", ...Object.keys(KEYWORDS).filter((name) => !["$ref", "type"].includes(name))];
const WITHOUT_EFFECT = ["additionalItems", "then", "else"];

// Makes the function of one schema.
class Maker {
  constructor(ajv, schema, base, schemaPath, root) {
    Object.assign(this, { ajv, schema, base, schemaPath, root });
  }

  make(schema, step) {
    return new Maker(this.ajv, schema, this.base, `${this.schemaPath}/${step}`, this.root).function();
  }

  function() {
    const { ajv, schema, schemaPath } = this;
    if (schema === true) return () => {};
    if (schema === false) {
      return (value, run, path) => new Place(run, path, schemaPath).add({
        keyword: "false schema", dataPath: path, schemaPath: `${schemaPath}/false schema`, params: {}, message: "boolean schema is false",
      });
    }
    if (!isObject(schema)) throw new Error("schema should be object or boolean");
    if (schema.$id && this.base !== schema.$id) this.base = ajv.join(this.base, schema.$id);
    // Beside a reference nothing else counts.
    const names = schema.$ref ? ["$ref"] : ORDER.filter((name) => Object.hasOwn(schema, name) && !WITHOUT_EFFECT.includes(name));
    const tests = names.map((name) => KEYWORDS[name](schema[name], this));
    for (const [name, own] of Object.entries(ajv.keywords)) if (Object.hasOwn(schema, name)) tests.push(ownKeyword(name, own, schema));
    const types = ajv.options.coerceTypes ? schema.type : undefined;
    const { nullable } = schema;
    return (given, run, path, holder, key) => {
      if (nullable === true && given === null) return;
      let value = given;
      if (types && ![].concat(types).some((type) => isType(value, type))) {
        value = coerced(value, types);
        if (holder) holder[key] = value;
      }
      const place = new Place(run, path, schemaPath);
      place.value = value;
      for (const test of tests) {
        test(value, place);
        if (place.enough()) return;
      }
    };
  }
}

function ownKeyword(name, definition, schema) {
  const test = definition.compile ? definition.compile(schema[name], schema) : definition.macro ? undefined : definition.validate;
  return (value, at) => {
    const types = definition.type && [].concat(definition.type);
    if (!test || (types && !types.some((type) => isType(value, type)))) return;
    const good = definition.compile ? test(value) : test(schema[name], value, schema);
    if (!good) at.complain(name, { keyword: name }, `should pass "${name}" keyword validation`);
  };
}

export class Ajv {
  constructor(options = {}) {
    this.options = options;
    this.formats = { ...FORMATS, ...options.formats };
    if (options.format === false) for (const name of Object.keys(this.formats)) this.formats[name] = () => true;
    this.keywords = {};
    this.schemas = new Map();
    this.compiled = new Map();
    this.errors = null;
    if (options.schemas) this.addSchema(Array.isArray(options.schemas) ? options.schemas : Object.values(options.schemas));
  }

  // Whether `data` fits a schema, given whole or by its key. What is wrong is in `errors`.
  validate(schema, data) {
    const test = typeof schema === "string" ? this.getSchema(schema) : this.compile(schema);
    if (!test) throw new Error(`no schema with key or ref "${schema}"`);
    const valid = test(data);
    this.errors = test.errors;
    return valid;
  }

  compile(schema) {
    const known = this.compiled.get(schema);
    if (known) return known;
    if (isObject(schema) && schema.$id) this.schemas.set(schema.$id.replace(/#$/, ""), schema);
    const test = new Maker(this, schema, "", "#", schema).function();
    const { allErrors, verbose } = this.options;
    const validate = (data) => {
      const run = { all: Boolean(allErrors), verbose: Boolean(verbose), errors: [] };
      test(data, run, "");
      validate.errors = run.errors.length > 0 ? run.errors : null;
      return run.errors.length === 0;
    };
    Object.assign(validate, { errors: null, schema });
    this.compiled.set(schema, validate);
    return validate;
  }

  addSchema(schema, key) {
    if (Array.isArray(schema)) schema.forEach((one) => this.addSchema(one));
    else this.schemas.set((key || schema.$id || "").replace(/#$/, ""), schema);
    return this;
  }

  getSchema(key) {
    const target = this.locate(key, "", undefined);
    return target && this.compile(target.schema);
  }

  removeSchema(key) {
    if (key === undefined) this.schemas.clear();
    else this.schemas.delete(typeof key === "string" ? key : key.$id);
    this.compiled.clear();
    return this;
  }

  addFormat(name, format) {
    const plain = isObject(format) && !(format instanceof RegExp) ? format.validate : format;
    this.formats[name] = typeof plain === "string" ? new RegExp(plain) : plain;
    return this;
  }

  addKeyword(name, definition) {
    this.keywords[name] = definition;
    return this;
  }

  validateSchema(schema) {
    try {
      new Ajv({ ...this.options, schemas: [...this.schemas.values()] }).compile(schema);
      return true;
    } catch {
      return false;
    }
  }

  errorsText(errors = this.errors, { separator = ", ", dataVar = "data" } = {}) {
    if (!errors) return "No errors";
    return errors.map((error) => `${dataVar}${error.dataPath} ${error.message}`).join(separator);
  }

  join(base, id) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(id) || base === "") return id;
    return id.startsWith("#") ? base.replace(/#.*$/, "") + id : base.replace(/[^/]*$/, "") + id;
  }

  // The schema that a reference names, seen from `base` inside of `root`.
  locate(ref, base, root) {
    const whole = ref.startsWith("#") ? ref : this.join(base, ref);
    const [address, fragment = ""] = whole.split("#");
    const home = address === "" ? base.replace(/#.*$/, "") : address;
    const named = (one) => one.$id && !one.$id.startsWith("#") && this.join(base, one.$id).replace(/#$/, "") === home;
    const document = home === "" && root !== undefined ? root : (this.schemas.get(home) ?? found(root, named));
    if (document === undefined) return undefined;
    let schema = document;
    if (fragment !== "" && !fragment.startsWith("/")) {
      schema = found(document, (one) => one.$id === `#${fragment}`);
    } else {
      for (const name of fragment.split("/").slice(1)) schema = schema?.[fromPointer(name)];
    }
    return schema === undefined ? undefined : { schema, base: home, root: document };
  }
}

// The first part of a schema that passes the test.
function found(schema, test) {
  if (schema === null || typeof schema !== "object") return undefined;
  if (!Array.isArray(schema) && test(schema)) return schema;
  for (const part of Object.values(schema)) {
    const inner = found(part, test);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
