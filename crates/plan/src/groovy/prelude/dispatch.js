// Members of values: which method a call means, which property a name.
const IS_OWN = /^(constructor|name|length|prototype|\$.*)$/;
const IS_HIDDEN = /^(constructor|\$.*)$/;
const DGM = {
  toString: (v) => jstr(v), getClass: (v) => classOf(v), equals: (v, o) => same(v, o), hashCode: (v) => hashOf(v), is: (v, o) => v === o, isCase: (v, o) => eq(v, o),
  with: (v, c) => withDelegate(c, v), tap: (v, c) => { withDelegate(c, v); return v; }, identity: (v, c) => invoke(c, [v]), asBoolean: (v) => truth(v), asType: (v, t) => as(simpleName(t), t, v), inspect: (v) => inspect(v), dump: (v) => `<${classOf(v).$name}@${hashOf(v).toString(16)}>`,
  each: (v, c) => { for (const x of items(v)) one(c, x); return v; }, collect: (v, c) => items(v).map((x) => c === undefined ? x : one(c, x)), find: (v, c) => LIST.find(items(v), c), findAll: (v, c) => items(v).filter(test(c)), any: (v, c) => items(v).some(test(c)), every: (v, c) => items(v).every(test(c)), inject: (v, a, b) => LIST.inject(items(v), a, b), eachWithIndex: (v, c) => { LIST.eachWithIndex(items(v), c); return v; }, iterator: (v) => new Iter(items(v)), findIndexOf: (v, c) => LIST.findIndexOf(items(v), c), join: (v, s) => LIST.join(items(v), s), toList: (v) => [...items(v)], grep: (v, f) => LIST.grep(items(v), f), collectEntries: (v, c) => LIST.collectEntries(items(v), c), sort: (v, c) => sorted(items(v), c), max: (v, c) => best(items(v), c, 1), min: (v, c) => best(items(v), c, -1), sum: (v, c) => sumOf(items(v), c), groupBy: (v, c) => grouped(items(v), c), first: (v) => LIST.first(items(v)), last: (v) => LIST.last(items(v)), count: (v, f) => LIST.count(items(v), f),
  println: (v, ...a) => printed(a, "\n"), print: (v, ...a) => printed(a, ""), printf: (v, f, ...a) => { host("print", format(f, a.length === 1 && isList(a[0]) ? a[0] : a)); return null; }, sprintf: (v, f, ...a) => format(f, a.length === 1 && isList(a[0]) ? a[0] : a), sleep: (v, ms) => pause(ms), invokeMethod: (v, n, a) => call(v, S(n), Array.isArray(a) ? [...a] : [a]), getProperty: (v, n) => get(v, S(n)), setProperty: (v, n, x) => put(v, S(n), x), respondsTo: (v, n) => method(v, S(n)) ? [S(n)] : [], hasProperty: (v, n) => { try { get(v, S(n)); return true; } catch { return false; } }, getMetaClass: (v) => classOf(v), notify: () => null, notifyAll: () => null, wait: () => null, use: (v, ...a) => invoke(a[a.length - 1], []), addShutdownHook: () => null,
};
function printed(args, end) { if (args.length > 1) throw missingMethod(end ? "println" : "print", SCRIPT, args); host("print", (args.length ? args[0] === undefined ? "" : str(args[0]) : "") + end); return null; }
const CLOSURE = {
  call: (f, ...a) => invoke(f, a), doCall: (f, ...a) => invoke(f, a), run: (f) => invoke(f, []), apply: (f, ...a) => invoke(f, a), accept: (f, ...a) => { invoke(f, a); return null; }, test: (f, ...a) => truth(invoke(f, a)), compare: (f, ...a) => invoke(f, a), get: (f) => invoke(f, []), applyAsInt: (f, ...a) => invoke(f, a),
  curry: (f, ...c) => fnOf((...a) => invoke(f, [...c, ...a]), Math.max(1, count(f) - c.length)), rcurry: (f, ...c) => fnOf((...a) => invoke(f, [...a, ...c]), Math.max(1, count(f) - c.length)), ncurry: (f, n, ...c) => fnOf((...a) => invoke(f, [...a.slice(0, N(n)), ...c, ...a.slice(N(n))]), Math.max(1, count(f) - c.length)),
  rightShift: (f, g) => fnOf((...a) => invoke(g, [invoke(f, a)]), count(f)), leftShift: (f, g) => fnOf((...a) => invoke(f, [invoke(g, a)]), count(g)), andThen: (f, g) => fnOf((...a) => invoke(g, [invoke(f, a)]), count(f)), compose: (f, g) => fnOf((...a) => invoke(f, [invoke(g, a)]), count(g)), negate: (f) => fnOf((...a) => !truth(invoke(f, a)), count(f)), and: (f, g) => fnOf((...a) => truth(invoke(f, a)) && truth(invoke(g, a)), 1), or: (f, g) => fnOf((...a) => truth(invoke(f, a)) || truth(invoke(g, a)), 1), reversed: (f) => fnOf((a, b) => -N(count(f) === 2 ? invoke(f, [a, b]) : cmp(invoke(f, [a]), invoke(f, [b]))), 2), thenComparing: (f, g) => fnOf((a, b) => compareBy(f)(a, b) || compareBy(g)(a, b), 2),
  memoize(f) { const seen = new Map(); return fnOf((...a) => { const k = a.map((x) => String(keyOf(x))).join("\0"); if (!seen.has(k)) seen.set(k, invoke(f, a)); return seen.get(k); }, count(f)); }, trampoline: (f) => f, clone: (f) => f.$scope ? f.$make(f.$scope.owner) : f, asWritable: (f) => f,
  setDelegate(f, d) { if (f.$scope) f.$scope.delegate = d; return null; }, getDelegate: (f) => f.$scope?.delegate ?? null, setResolveStrategy(f, s) { if (f.$scope) f.$scope.first = N(s); return null; }, getMaximumNumberOfParameters: (f) => count(f), getParameterTypes: (f) => array("Class[]", Array.from({ length: count(f) }, () => $jvm.c["java.lang.Object"])), getOwner: (f) => f.$scope?.owner ?? null, getThisObject: (f) => null, rehydrate: (f) => f, isCase: (f, v) => truth(invoke(f, [v])),
};
const CLASS = {
  getName: (c) => c.$name, getSimpleName: (c) => simpleName(c), getCanonicalName: (c) => c.$name, getTypeName: (c) => c.$name, newInstance: (c, ...a) => create(c, a), isInstance: (c, v) => isa(v, [c]), toString: (c) => str(c), hashCode: (c) => hashOf(c.$name), equals: (c, o) => c === o, getClass: () => $jvm.c["java.lang.Class"], getPackage: (c) => ({ getName: () => c.$name.slice(0, c.$name.lastIndexOf(".")) }), isAssignableFrom: (c, o) => c === o || o.prototype instanceof c, cast: (c, v) => v, getSuperclass: (c) => Object.getPrototypeOf(c), getEnumConstants: (c) => array("Object[]", c.$values ?? []), isInterface: (c) => false, isArray: (c) => c.$name.endsWith("[]"), values: (c) => array(c.$name + "[]", c.$values ?? []), desiredAssertionStatus: () => false, getMethods: () => [], getDeclaredFields: () => [],
  valueOf(c, n) { const found = c.$values?.find((v) => v.name() === S(n)); if (!found) throw new IllegalArgumentException(`No enum constant ${c.$name}.${S(n)}`); return found; }, with: (c, f) => withDelegate(f, c), isCase: (c, v) => isa(v, [c]), getResource: () => null, getResourceAsStream: () => null, getClassLoader: () => null,
};
const below = (table, base = DGM) => Object.setPrototypeOf(table, Object.setPrototypeOf(base, null));
for (const t of [STR, LIST, MAP, CLOSURE, CLASS]) below(t);
for (const name of AS_LIST) STR[name] ??= (s, ...a) => LIST[name]([...s], ...a);
for (const name of AS_LIST) if (!Object.hasOwn(STR, name)) STR[name] = (s, ...a) => LIST[name]([...s], ...a);

// The table of a value that is no object of ours.
function table(v) {
  switch (typeof v) {
    case "string": return STR;
    case "number": case "bigint": return NUM;
    case "boolean": return BOOL;
    case "function": return isClass(v) ? CLASS : CLOSURE;
  }
  if (Array.isArray(v)) return LIST;
  if (v instanceof GStr) return STR;
  if (v instanceof Chr) return CHR;
  if (isNumber(v)) return NUM;
  return null;
}
// A method as a function of its receiver and arguments, or null.
function method(v, name) {
  const t = table(v);
  if (t) {
    if (isClass(v)) {
      if (Object.hasOwn(v, name) && typeof v[name] === "function" && !IS_HIDDEN.test(name)) return (c, ...a) => c[name](...a);
      for (let p = Object.getPrototypeOf(v); typeof p === "function" && p.$name; p = Object.getPrototypeOf(p)) if (Object.hasOwn(p, name) && typeof p[name] === "function") return (c, ...a) => v[name](...a);
    }
    if (v instanceof GStr && typeof t[name] === "function") return (g, ...a) => name === "getClass" ? classOf(g) : t[name](g.toString(), ...a);
    return typeof t[name] === "function" ? t[name] : null;
  }
  if (typeof v[name] === "function" && !IS_HIDDEN.test(name)) return (o, ...a) => o[name](...a);
  if (v instanceof JMap) return MAP[name] ?? null;
  if (v instanceof StringBuilder && Object.hasOwn(STR, name)) return (o, ...a) => STR[name](o._t, ...a);
  if (v instanceof JSet || v instanceof Range || v instanceof Tuple) {
    if (typeof LIST[name] === "function") {
      return (o, ...a) => {
        const list = [...items(o)];
        const r = LIST[name](list, ...a);
        if (r === list) return name !== "sort" ? o : r;
        return o instanceof JSet && Array.isArray(r) && SET_AGAIN.has(name) ? o.$of(r) : r;
      };
    }
  }
  if (v.$self) { const type = classOf(v); if (Object.hasOwn(type, name)) return (o, ...a) => type[name](...a); }
  if (typeof DGM[name] === "function") return DGM[name];
  return null;
}
function nullCall(name, args) {
  switch (name) {
    case "toString": return "null";
    case "equals": return (args[0] ?? null) === null;
    case "is": return (args[0] ?? null) === null;
    case "plus": if (isText(args[0])) return "null" + plain(args[0]); break;
    case "each": case "eachWithIndex": return null;
    case "collect": case "findAll": case "grep": return [];
    case "find": return null;
    case "any": case "asBoolean": return false;
    case "every": return true;
    case "iterator": return new Iter([]);
    case "with": return withDelegate(args[0], null);
    case "getClass": return $jvm.c["org.codehaus.groovy.runtime.NullObject"];
    case "asType": return null;
  }
  throw npe(`Cannot invoke method ${name}() on null object`);
}
function call(v, name, args) {
  if (v === null || v === undefined) return nullCall(name, args);
  if (name === "super") return v;
  const m = method(v, name);
  if (m) return m(v, ...args) ?? null;
  if (v instanceof JMap && v.containsKey(name)) return invoke(v.get(name), args);
  if (v instanceof ScopeObject) return v._d.call(name, args);
  if (v instanceof JObject && v["@" + name] !== undefined && (isClosure(v["@" + name]) || v["@" + name]?.call)) return invoke(v["@" + name], args);
  if (isClass(v) && isClosure(v["@" + name])) return invoke(v["@" + name], args);
  if (v.$outer && !(v instanceof Throwable)) return v.$outer.call(name, args);
  if (v.$missing) return v.$missing(name, args);
  if (args.length === 0 && /^get[A-Z]/.test(name)) { const p = property(v, name[3].toLowerCase() + name.slice(4)); if (p) return p(); }
  if (args.length === 0 && /^is[A-Z]/.test(name)) { const p = property(v, name[2].toLowerCase() + name.slice(3)); if (p) return p(); }
  if (args.length === 1 && /^set[A-Z]/.test(name) && v["@" + name[3].toLowerCase() + name.slice(4)] !== undefined) { setField(v, name[3].toLowerCase() + name.slice(4), args[0]); return null; }
  throw isClass(v) ? missingMethod(name, v, args) : missingMethod(name, classOf(v), args);
}
const cap = (name) => name.charAt(0).toUpperCase() + name.slice(1);
// A field of an object of the script's own class, as a function, or null.
function property(v, name) {
  if ((v instanceof JObject || isClass(v)) && v["@" + name] !== undefined) return () => v["@" + name];
  return null;
}
function get(v, name) {
  if (v === null || v === undefined) throw npe(`Cannot get property '${name}' on null object`);
  if (v instanceof JMap && !v.$plain) return v.getAt(name);
  if (name === "class") return classOf(v);
  if (isClass(v)) {
    if (v["@" + name] !== undefined) return v["@" + name];
    if (Object.hasOwn(v, name) && typeof v[name] !== "function" && !IS_OWN.test(name)) return v[name];
    const inherited = Object.getPrototypeOf(v);
    if (isClass(inherited) && typeof inherited[name] !== "function" && inherited[name] !== undefined && !IS_OWN.test(name) && name !== "length" && name !== "name") return inherited[name];
    const g = method(v, "get" + cap(name)) ?? method(v, "is" + cap(name));
    if (g) return g(v) ?? null;
    throw missingProperty(name, v.$name);
  }
  if (isArr(v) && name === "length") return v.length;
  const g = method(v, "get" + cap(name));
  if (g && !(Array.isArray(v) && !Object.hasOwn(LIST, "get" + cap(name)))) return g(v) ?? null;
  const is = method(v, "is" + cap(name));
  if (is && !(Array.isArray(v) && name !== "empty")) return is(v) ?? null;
  if (Array.isArray(v) || v instanceof JSet || v instanceof Range) {
    // An ArrayList has a field of that name, which Groovy reads where Java lets it.
    if (name === "size" && Array.isArray(v) && !isArr(v) && !v.some((x) => x instanceof JMap && !x.$plain)) return v.length;
    return items(v).map((x) => x === null ? null : get(x, name));
  }
  const p = property(v, name);
  if (p) return p();
  if (v.$self) { const type = classOf(v); if (type["@" + name] !== undefined) return type["@" + name]; }
  if (v instanceof ScopeObject) return v._d.get(name);
  if (v.$property) { const found = v.$property(name); if (found !== undefined) return found; }
  if (v.$outer) return v.$outer.get(name);
  if (isClosure(v) && name in { delegate: 1, owner: 1 }) return v.$scope?.[name] ?? null;
  if (v.$void) return undefined;
  // A constant of a class may be asked of its objects.
  const constant = v instanceof JObject && !v.$self ? v.constructor?.[name] : undefined;
  if (constant !== undefined && typeof constant !== "function" && !IS_OWN.test(name)) return constant;
  throw missingProperty(name, classOf(v).$name);
}
function put(v, name, value) {
  if (v === null || v === undefined) throw npe(`Cannot set property '${name}' on null object`);
  if (v instanceof JMap && !v.$plain) { v.put(name, value); return value; }
  const s = method(v, "set" + cap(name));
  if (s) { s(v, value); return value; }
  if (property(v, name)) { setField(v, name, value); return value; }
  if (v.$self) { const type = classOf(v); if (type["@" + name] !== undefined) { type["@" + name] = value; return value; } }
  if (v instanceof ScopeObject) return v._d.set(name, value);
  if (v.$setProperty && v.$setProperty(name, value)) return value;
  if (v.$outer) return v.$outer.set(name, value);
  if (method(v, "get" + cap(name))) throw new E.ReadOnlyPropertyException(`Cannot set readonly property: ${name} for class: ${classOf(v).$name}`);
  if (Array.isArray(v)) { for (const x of v) put(x, name, value); return value; }
  throw missingProperty(name, (isClass(v) ? v : classOf(v)).$name);
}
const safeSet = (v, name, value) => v === null || v === undefined ? null : put(v, name, value);
function field(v, name) { if (v?.$property) return get(v, "@" + name); const f = property(v, name); return f ? f() : get(v, name); }
function setField(v, name, value) {
  const type = v.$types?.[name];
  return v["@" + name] = type ? to(type, value) : value;
}
function at_(v, i) {
  if (v === null || v === undefined) throw npe("Cannot invoke method getAt() on null object");
  if (v instanceof JMap) return v.getAt(i);
  if (Array.isArray(v) || typeof v === "string" || v instanceof GStr) {
    const s = Array.isArray(v) ? v : v.toString();
    if (i instanceof Range) return slice(s, i);
    if (Array.isArray(i)) { const out = i.flatMap((x) => x instanceof Range ? items(at_([...s], x)) : [at_(s, x)]); return typeof s === "string" ? out.join("") : out; }
    if (isText(i) && Array.isArray(v)) return get(v, S(i));
    let n = N(i);
    if (n < 0) n += s.length;
    if (typeof s === "string") { if (n < 0 || n >= s.length) throw new StringIndexOutOfBoundsException(`String index out of range: ${N(i)}`); return s[n]; }
    if (isArr(v) && (n < 0 || n >= s.length)) throw new ArrayIndexOutOfBoundsException(n < 0 ? `Negative array index [${N(i)}] too large for array size ${s.length}` : `Index ${n} out of bounds for length ${s.length}`);
    if (n < 0) throw new ArrayIndexOutOfBoundsException(`Negative array index [${N(i)}] too large for array size ${s.length}`);
    return s[n] ?? null;
  }
  const m = method(v, "getAt");
  if (m) return m(v, i) ?? null;
  if (isText(i)) return get(v, S(i));
  if (v instanceof JObject && v.$iter) return at_(items(v), i);
  throw missingMethod("getAt", classOf(v), [i]);
}
function slice(s, r) {
  const n = s.length;
  let a = N(r._from), b = N(r._to);
  if (a < 0) a += n;
  if (b < 0) b += n;
  if (!r._closed) b += b >= a ? -1 : 1;
  const text = typeof s === "string";
  if (!r._closed && eq(r._from, r._to)) return text ? "" : [];
  if (Math.max(a, b) >= n || Math.min(a, b) < 0) {
    if (n === 0 && !text) return [];
    throw text ? new StringIndexOutOfBoundsException(`begin ${a}, end ${b + 1}, length ${n}`) : new IndexOutOfBoundsException(`toIndex = ${b + 1}`);
  }
  const out = a <= b ? s.slice(a, b + 1) : [...s.slice(b, a + 1)].reverse();
  return text && Array.isArray(out) ? out.join("") : out;
}
function putAt(v, i, value) {
  if (v === null || v === undefined) throw npe("Cannot invoke method putAt() on null object");
  if (v instanceof JMap) { v.put(i, value); return value; }
  if (Array.isArray(v)) {
    need0(v);
    if (i instanceof Range) { const a = N(i.getFrom()); v.splice(a, N(i.getTo()) - a + 1, ...asList(value)); return value; }
    let n = N(i);
    if (n < 0) n += v.length;
    if (isArr(v)) { if (n < 0 || n >= v.length) throw new ArrayIndexOutOfBoundsException(`Index ${n} out of bounds for length ${v.length}`); v[n] = to(v.$type.slice(0, -2), value); return value; }
    if (n < 0) throw new ArrayIndexOutOfBoundsException(`Negative array index [${N(i)}] too large for array size ${v.length}`);
    while (v.length < n) v.push(null);
    v[n] = value;
    return value;
  }
  const m = method(v, "putAt");
  if (m) { m(v, i, value); return value; }
  if (isText(i)) return put(v, S(i), value);
  throw missingMethod("putAt", classOf(v), [i, value]);
}
// Objects of classes, by the arguments.
function create(type, args) {
  if (type.$new) return type.$new(...args);
  if (type.$abstract) throw unsupported("creating " + type.$name);
  if (!type.$own) {
    const o = new type(...args.map((a) => a === undefined ? null : a));
    if (args.length === 1 && args[0] instanceof JMap && o.$named) for (const e of args[0].list()) put(o, S(e._k), e._v);
    return o;
  }
  const o = new type();
  construct(type, o, args);
  return o;
}
function construct(type, o, args) {
  const form = choose(type.$ctors, args);
  if (form) {
    form.f.apply(o, args);
    return;
  }
  if (type.$ctors.length === 0 && args.length === 0) return;
  if (args.length === 1 && args[0] instanceof JMap && (type.$ctors.length === 0 || choose(type.$ctors, []))) { if (type.$ctors.length) construct(type, o, []); for (const e of args[0].list()) put(o, S(e._k), e._v); return; }
  if (type.$ctors.length === 0 && (o instanceof Throwable || type.$parentOwn)) { superInit(type, o, args); return; }
  throw missingMethodOf(`Could not find matching constructor for: ${type.$name}(${args.map((a) => a === null ? "null" : classOf(a).$name).join(", ")})`);
}
function missingMethodOf(text) { const e = new E.GroovyRuntimeException(text); return e; }
function superInit(type, o, args) {
  const parent = type.$parent;
  if (parent?.$own) construct(parent, o, args);
  else if (o instanceof Throwable) o.$init(...args);
  return null;
}
function selfInit(type, o, args) { construct(type, o, args); return null; }
function superCall(type, o, name, args) {
  const f = type.$parent?.prototype?.[name] ?? null;
  if (f) return f.apply(o, args) ?? null;
  return DGM[name](o, ...args);
}
// Which of several forms of a method fits the arguments best.
// What is given, with nothing in the places of parameters whose defaults stand before others.
function spaced(form, args) {
  if (!form.defaults || args.length >= form.n) return args;
  const out = new Set(form.defaults.slice(form.defaults.length - (form.n - args.length)));
  const rest = [...args];
  return Array.from({ length: form.n }, (_, i) => out.has(i) ? undefined : rest.shift());
}
function choose(forms, given) {
  let found = null, least = Infinity;
  for (const form of forms) {
    const args = given.length < form.req ? given : spaced(form, given);
    if (args.length < form.req || (args.length > form.n && !form.rest)) continue;
    let cost = form.rest ? 50 : 0;
    for (let i = 0; i < args.length && cost < Infinity; i++) cost += form.types[i] === undefined || args[i] === undefined || (form.rest && i >= form.n - 1) ? 1 : distance(form.types[i], args[i]);
    cost += form.n - Math.min(form.n, args.length);
    if (cost < least) { least = cost; found = form; }
  }
  return found;
}
const NAMES_OF = { int: "Integer", long: "Long", double: "Double", float: "Float", boolean: "Boolean", char: "Character", byte: "Byte", short: "Short" };
let simples = null;
function distance(type, v) {
  if (type === null || type === "Object" || type === "def") return 10;
  const boxed = NAMES_OF[type];
  if (v === null || v === undefined) return boxed ? Infinity : 1;
  const name = simpleName(classOf(v));
  if ((boxed ?? type) === name) return 0;
  const r = rank(v);
  const widths = { int: 0, Integer: 0, long: 1, Long: 1, BigInteger: 2, BigDecimal: 3, float: 4, Float: 4, double: 4, Double: 4, short: -1, byte: -1 };
  if (type in widths) return r >= 0 && !(v instanceof Chr) && widths[type] >= r ? 2 : r >= 0 && widths[type] >= 3 ? 3 : Infinity;
  if (type === "Number") return r >= 0 ? 4 : Infinity;
  if (type === "String" || type === "CharSequence") return isText(v) ? 1 : Infinity;
  if (type === "Closure") return isClosure(v) ? 0 : Infinity;
  if (type.endsWith("[]")) return Array.isArray(v) ? 2 : Infinity;
  if (simples === null) { simples = new Map(); for (const c of Object.values($jvm.c)) if (!simples.has(simpleName(c))) simples.set(simpleName(c), c); }
  const known_ = simples.get(type);
  if (known_) return isa(v, [known_]) ? 3 : isClosure(v) ? 6 : Infinity;
  if (v.$self) { for (let c = classOf(v), d = 1; c; c = c.$parent, d++) if (simpleName(c) === type) return d; return isClass(classOf(v)) && classOf(v).$own ? Infinity : 8; }
  return typeof v === "string" || r >= 0 || typeof v === "boolean" ? Infinity : 8;
}
function over(name, forms) {
  return (...args) => {
    const form = choose(forms, args);
    if (!form) throw missingMethod(name, SCRIPT, args);
    const r = form.f(...(args.length === 0 && form.n === 1 && form.req === 1 ? [null] : spaced(form, args))) ?? null;
    return form.turn ? to(form.turn, r) : r;
  };
}
const SCRIPT = known("Script1", class extends JObject {});
const declare = () => class extends JObject { constructor() { super(); this.$setup(); } $setup() {} };
function define(type, name, parent, d, outer) {
  const base = parent && !parent.$is && parent !== $jvm.c["java.lang.Object"] ? parent : null;
  const own = name || "Script1$" + ++anonymous;
  Object.defineProperties(type, { $name: { value: own }, $own: { value: true }, $ctors: { value: d.ctors }, $parent: { value: base }, $parentOwn: { value: !!base?.$own } });
  const proto = type.prototype;
  if (base) { Object.setPrototypeOf(type, base); Object.setPrototypeOf(proto, base.prototype); }
  const implemented = parent && !base ? parent : null;
  Object.defineProperty(type, "$implements", { value: implemented });
  proto.$self = true;
  if (outer) proto.$outer = outer;
  proto.$types = Object.assign(Object.create(base?.prototype.$types ?? null), Object.fromEntries(d.fields.filter((f) => f[1]).map((f) => [f[0], f[1]])));
  const base_ = base?.$own ? base.prototype.$setup : null;
  proto.$setup = function () { if (base_) base_.call(this); d.init.call(this); };
  for (const [m, forms] of d.methods) proto[m] = bound(m, forms, type, base);
  for (const [m, forms] of d.smethods) type[m] = bound(m, forms, type, null);
  for (const f of d.fields) if (!f[2] && f[3]) accessors(proto, f[0], d.methods);
  d.sinit.call(type);
  if (d.constants) {
    type.$values = d.constants.map(([c, args], i) => { const o = new type(); o["@$name"] = c; o["@$ordinal"] = i; construct(type, o, args()); type["@" + c] = o; return o; });
    Object.assign(proto, { name() { return this["@$name"]; }, ordinal() { return this["@$ordinal"]; }, getDeclaringClass() { return type; }, compareTo(o) { return this["@$ordinal"] - o["@$ordinal"]; }, next() { return type.$values[(this["@$ordinal"] + 1) % type.$values.length]; }, previous() { return type.$values[(this["@$ordinal"] + type.$values.length - 1) % type.$values.length]; } });
    proto.toString = Object.hasOwn(proto, "toString") ? proto.toString : function () { return this["@$name"]; };
  }
  return type;
}
let anonymous = 0;
function accessors(proto, name, methods) {
  if (!methods.some(([m]) => m === "get" + cap(name))) proto["get" + cap(name)] = function () { return this["@" + name]; };
  if (!methods.some(([m]) => m === "set" + cap(name))) proto["set" + cap(name)] = function (v) { setField(this, name, v); return null; };
}
function bound(name, forms, type, base) {
  return function (...args) {
    const form = choose(forms, args);
    if (!form) {
      const above = base?.prototype?.[name];
      if (above) return above.apply(this, args);
      throw missingMethod(name, type, args);
    }
    const r = form.f.apply(this, args) ?? null;
    return form.turn ? to(form.turn, r) : r;
  };
}
// Scopes: where names that are no local variables are looked up.
class ScopeObject extends JObject {
  constructor(d) { super(); this._d = d; }
  getBinding() { return this; }
  getVariables() { const m = new JMap(); for (const k of Object.keys(this._d.b)) m.put(k, this._d.b[k]); return m; }
  hasVariable(n) { return S(n) in this._d.b; }
  getVariable(n) { return this._d.get(S(n)); }
  setVariable(n, v) { this._d.set(S(n), v); return null; }
  toString() { return "Script1@1"; }
}
class ScriptScope {
  constructor(bindings, language) { this.b = bindings; this.language = language; }
  has(name) { return name in this.b; }
  get(name) {
    const v = this.b[name];
    if (v !== undefined) return v;
    switch (this.language) {
      case "beanshell": return undefined;
      case "jexl2": case "jexl3": throw missingProperty(name, "jexl");
    }
    if (name === "binding") return this.me();
    throw missingProperty(name, "Script1");
  }
  set(name, v) { this.b[name] = v; return v; }
  define(name, v) { this.b[name] = v; }
  me() { return this.$me ??= new ScopeObject(this); }
  call(name, args) {
    const own = this.own?.();
    if (own && Object.hasOwn(own, name)) return own[name](...args) ?? null;
    const f = this.b[name];
    if (f !== undefined && f !== null && (typeof f === "function" || method(f, "call"))) return invoke(f, args);
    if (this.language === "beanshell" && (name === "eval" || name === "source")) return evaluated("beanshell", name === "eval" ? args[0] : new File(args[0]), this);
    if (this.language === "beanshell" && name in BSH) return BSH[name](...args);
    if (typeof DGM[name] === "function" && name !== "getAt") return DGM[name](this.me(), ...args) ?? null;
    throw missingMethod(name, SCRIPT, args);
  }
}
class SelfScope {
  constructor(o) { this.o = o; }
  get(name) { return get(this.o, name); }
  set(name, v) { return put(this.o, name, v); }
  has(name) { try { get(this.o, name); return true; } catch { return false; } }
  me() { return this.o; }
  call(name, args) { const f = property(this.o, name); if (f && !method(this.o, name)) return invoke(f(), args); return call(this.o, name, args); }
}
const inside = (o) => new SelfScope(o);
class ClosureScope {
  constructor(owner) { this.owner = owner; this.delegate = null; this.first = 0; }
  me() { return this.owner.me(); }
  get(name) { return this.$try((s) => s.get(name), (d) => get(d, name)); }
  call(name, args) { return this.$try((s) => s.call(name, args), (d) => call(d, name, args)); }
  set(name, v) {
    if (this.delegate !== null && this.first === 1) { try { return put(this.delegate, name, v); } catch (e) { if (!(e instanceof MissingPropertyException)) throw e; } }
    return this.owner.set(name, v);
  }
  define(name, v) { this.owner.define(name, v); }
  $try(own, other) {
    if (this.delegate === null) return own(this.owner);
    if (this.first === 3) return other(this.delegate);
    const [a, b] = this.first === 1 ? [() => other(this.delegate), () => own(this.owner)] : [() => own(this.owner), () => other(this.delegate)];
    try { return a(); } catch (e) { if (!(e instanceof MissingPropertyException || e instanceof MissingMethodException)) throw e; return b(); }
  }
}
// The scope of a call of a method of BeanShell: new names are its own.
class MethodScope {
  constructor(owner) { this.owner = owner; this.b = Object.create(null); }
  me() { return this.owner.me(); }
  get(name) { return name in this.b ? this.b[name] : this.owner.get(name); }
  set(name, v) { if (!(name in this.b) && this.owner.has(name)) return this.owner.set(name, v); this.b[name] = v; return v; }
  has(name) { return name in this.b || this.owner.has(name); }
  define(name, v) { this.b[name] = v; }
  call(name, args) { return name in this.b ? invoke(this.b[name], args) : this.owner.call(name, args); }
}
const BSH = { print: (v) => { host("print", jstr(v ?? null) + "\n"); return null; }, exec: () => { throw unsupported("exec() of BeanShell"); }, setAccessibility: () => null, importCommands: () => null };
function fn(owner, n, req, rest, make) {
  const build = (owner) => {
    const scope = new ClosureScope(owner);
    const f = make(scope);
    Object.defineProperties(f, { $n: { value: n }, $req: { value: req }, $rest: { value: rest }, $scope: { value: scope }, $make: { value: build } });
    return f;
  };
  return build(owner);
}
function withDelegate(c, v, first = 1) {
  if (!c.$make) return invoke(c, [v]);
  const copy = c.$make(c.$scope.owner);
  copy.$scope.delegate = v;
  copy.$scope.first = first;
  return copy.$n < 0 ? copy(v) : invoke(copy, copy.$n === 0 ? [] : [v]);
}
function ref(of, name) {
  if (name === "new") return fnOf((...a) => create(of, a), 1);
  if (isClass(of) && !(Object.hasOwn(of, name)) && !method(of, name)) return fnOf((o, ...a) => call(o, name, a), 1);
  return fnOf((...a) => isClass(of) && !Object.hasOwn(of, name) && a.length && isa(a[0], [of]) ? call(a[0], name, a.slice(1)) : call(of, name, a), 1);
}
// A name that a class imported whole may have as a constant.
function constant(d, classes, name) {
  if (!d.has(name)) for (const c of classes) if (Object.hasOwn(c, name) && typeof c[name] !== "function" && !IS_OWN.test(name)) return c[name];
  return d.get(name);
}
const method_ref = (f) => fnOf((...a) => f(...a), 1);
const unsupported = (what) => { const e = new UnsupportedOperationException(`${what} is not supported`); e._unsupported = true; return e; };
function close(list) { for (const v of list.reverse()) if (v !== null && v !== undefined && method(v, "close")) call(v, "close", []); }
