// Operators of JEXL, which turn texts to numbers, and JavaScript as JMeter runs it.
function jexl(strict) {
  const number = (v) => {
    if (v === null || v === undefined) { if (strict) throw new ArithmeticException("a null operand"); return 0; }
    if (rank(v) >= 0 && !(v instanceof Chr)) return v;
    if (typeof v === "boolean") return v ? 1 : 0;
    const s = str(v).trim();
    if (s === "" && !strict) return 0;
    if (/^[+-]?\d+$/.test(s)) { const n = BigInt(s); return n === BigInt(Number(n) | 0) ? Number(n) : n === long(n) ? n : big(n); }
    return dbl(parseDouble(s));
  };
  // Whole numbers come out as small as they can be.
  const narrow = (v) => {
    if (typeof v === "bigint" || v instanceof Big) { const b = B(v); return b >= BigInt(MIN_INT) && b <= BigInt(MAX_INT) ? Number(b) : b === long(b) ? b : big(b); }
    return v;
  };
  const wide = (v) => rank(v) <= BIG ? big(B(v)) : v;
  const arithmetic = (ops, name) => (a, b) => narrow(numeric(name, wide(number(a)), wide(number(b)), ops));
  const plus = arithmetic(ADD, "plus");
  const add_ = (a, b) => {
    if ((a === null || a === undefined) && (b === null || b === undefined) && !strict) return 0;
    if (strict ? isText(a) || isText(b) : isText(a) && isText(b) && !(/^[+-]?[\d.]+$/.test(str(a)) && /^[+-]?[\d.]+$/.test(str(b)))) return text(a) + text(b);
    try { return plus(a, b); } catch (e) { if (!(e instanceof NumberFormatException)) throw e; return text(a) + text(b); }
  };
  const text = (v) => v === null || v === undefined ? "" : jstr(v);
  const isNum = (v) => rank(v) >= 0 && !(v instanceof Chr);
  const compare = (a, b) => isNum(a) || isNum(b) ? compareNumbers(number(a), number(b)) : isText(a) || isText(b) ? Math.sign(textCmp(text(a), text(b))) : cmp(a, b);
  const eq_ = (a, b) => {
    a ??= null; b ??= null;
    if (a === null || b === null) return a === b;
    if (typeof a === "boolean" || typeof b === "boolean") return flag(a) === flag(b);
    if (isNum(a) || isNum(b)) return compareNumbers(number(a), number(b)) === 0;
    return isText(a) || isText(b) ? text(a) === text(b) : eq(a, b);
  };
  const flag = (v) => typeof v === "boolean" ? v : isText(v) ? str(v) === "true" : isNum(v) ? N(v) !== 0 : v !== null && v !== undefined;
  const found = (a, b) => b instanceof JObject && !(b instanceof Pattern) || Array.isArray(b) ? (b instanceof JMap ? b.containsKey(a) : contains(b, a)) : matches(text(a), b);
  return {
    sum: folded(add_), add: add_, sub: arithmetic(SUB, "minus"), mul: arithmetic(MUL, "multiply"), div: arithmetic(JDIV, "div"), mod: arithmetic(MOD, "mod"), pow: power,
    and: (a, b) => bits("and", number(a), number(b), (x, y) => x & y), or: (a, b) => bits("or", number(a), number(b), (x, y) => x | y), xor: (a, b) => bits("xor", number(a), number(b), (x, y) => x ^ y),
    eq: eq_, lt: (a, b) => compare(a, b) < 0, le: (a, b) => compare(a, b) <= 0, gt: (a, b) => compare(a, b) > 0, ge: (a, b) => compare(a, b) >= 0, cmp: compare,
    matches: found, starts: (a, b) => text(a).startsWith(text(b)), ends: (a, b) => text(a).endsWith(text(b)),
    size: (v) => v === null || v === undefined ? 0 : isText(v) ? str(v).length : v instanceof JMap ? v.size() : items(v).length,
    empty: (v) => v === null || v === undefined || (isText(v) ? str(v).length === 0 : v instanceof JMap ? v.size() === 0 : isColl(v) ? items(v).length === 0 : isNum(v) ? N(v) === 0 : false),
    create: (type, ...a) => { const c = isClass(type) ? type : C[S(type)]; if (!c) throw unsupported(`class ${S(type)}`); return create(c, a); },
  };
}
const JEXL2 = jexl(false), JEXL3 = jexl(true);
// JavaScript passes through: what it calls is given JavaScript's own values where there are any.
function toJs(v) {
  if (typeof v === "bigint") return Number(v);
  if (v instanceof GStr || v instanceof Chr) return str(v);
  if (v instanceof Dbl || v instanceof Dec || v instanceof Big || v instanceof Small) return N(v);
  if (v instanceof JObject || isClass(v)) return jsObject(v);
  return v;
}
const fromJs = (v) => v?.$java ?? (typeof v === "number" ? (Number.isInteger(v) && v === (v | 0) ? v : dbl(v)) : typeof v === "function" && v.$n === undefined ? fnOf((...a) => fromJs(v(...a.map(toJs))), v.length) : v);
function jsObject(v) {
  return new Proxy(function () {}, {
    get(_, name) {
      if (name === "$java") return v;
      if (name === Symbol.toPrimitive) return () => jstr(v);
      if (typeof name === "symbol") return undefined;
      if (Array.isArray(v) && name === "length") return v.length;
      if (Array.isArray(v) && /^\d+$/.test(name)) return toJs(v[name] ?? null);
      if (isClass(v) && Object.hasOwn(v, name) && typeof v[name] !== "function") return toJs(v[name]);
      if (method(v, name)) return (...a) => toJs(call(v, name, a.map(fromJs)));
      try { return toJs(get(v, name)); } catch { return undefined; }
    },
    set(_, name, value) { put(v, name, fromJs(value)); return true; },
    construct(_, a) { const made = create(v, a.map(fromJs)), js = toJs(made); return Object(js) === js && !Array.isArray(js) ? js : jsObject(made); },
    apply(_, __, a) { return toJs(create(v, a.map(fromJs))); },
    has: () => true,
  });
}
// `java.util.Date` and the like: names of packages, up to a class.
function jsPackage(path) {
  return new Proxy({}, { get(_, name) { if (name === "$path") return path; if (typeof name === "symbol") return undefined; const full = path ? `${path}.${name}` : name; return C[full] ? jsObject(C[full]) : jsPackage(full); } });
}
const JS_NAMES = {
  java: jsPackage("java"), javax: jsPackage("javax"), org: jsPackage("org"), com: jsPackage("com"), Packages: jsPackage(""), Java: { type: (n) => { if (!C[n]) throw new Error(`java.lang.ClassNotFoundException: ${n}`); return jsObject(C[n]); }, from: (l) => [...items(l)], to: (l) => l },
  print: (v) => { host("print", String(v) + "\n"); }, importPackage: null, importClass: null, load: (n) => { if (!/^nashorn:/.test(n)) throw unsupported("load()"); },
};
function javascript(source) {
  const code = new Function("$names", "$source", "with($names){return eval($source)}");
  return (bindings, interpreter) => run("javascript", (scope) => {
    const b = scope.b;
    // Packages that the script imported whole; what the engine itself has of their names stays.
    const packages = [];
    const imported = (name) => name in globalThis ? undefined : packages.map((path) => C[`${path}.${name}`]).find((c) => c !== undefined);
    const imports = {
      importPackage: (...all) => { packages.push(...all.map((p) => p.$path)); },
      importClass: (...all) => { for (const c of all) { const made = c.$java; if (!isClass(made)) throw new Error(`java.lang.ClassNotFoundException: ${c.$path}`); b[simpleName(made)] = made; } },
    };
    const names = new Proxy(b, {
      has: (_, name) => typeof name === "string" && (name in b || name in JS_NAMES || imported(name) !== undefined),
      get(_, name) { if (typeof name === "symbol") return undefined; return name in b ? toJs(b[name]) : imports[name] ?? JS_NAMES[name] ?? toJs(imported(name)); },
      set(_, name, value) { b[name] = fromJs(value); return true; },
    });
    // Names that the script assigns without declaring them become its bindings rather than the engine's globals.
    const before = new Set(Object.keys(globalThis));
    try { return fromJsResult(code(names, source)); } catch (e) { if (e instanceof Throwable) throw e; throw new C["javax.script.ScriptException"](String(e)); } finally {
      for (const name of Object.keys(globalThis)) if (!before.has(name)) { b[name] = fromJs(globalThis[name]); delete globalThis[name]; }
    }
  }, bindings, interpreter);
}
const fromJsResult = (v) => v?.$java ?? v;
