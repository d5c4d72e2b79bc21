// What compiled scripts call, and how the caller runs them.
const kept = new Map();
const objects = new Map();
function bindingOf(given) {
  const b = Object.create(null);
  for (const name of Object.keys(given ?? {})) {
    const v = given[name];
    b[name] = v === true && OBJECTS[name] ? OBJECTS[name](given) : lifted(v);
  }
  return b;
}
// Values of the host as values of scripts.
function lifted(v) {
  if (typeof v === "number") return Number.isInteger(v) ? (v === (v | 0) ? v : BigInt(v)) : dbl(v);
  if (Array.isArray(v)) return array("String[]", v.map(lifted));
  if (v !== null && typeof v === "object" && !(v instanceof JObject)) { const m = new JMap(); for (const k of Object.keys(v)) m.put(k, lifted(v[k])); return m; }
  return v ?? null;
}
// And back: what is simple.
function simple(v) {
  if (v === null || v === undefined || typeof v === "boolean" || typeof v === "string") return v ?? null;
  if (typeof v === "number") return v;
  if (isNumber(v)) return N(v);
  if (isText(v) || v instanceof Chr) return str(v);
  return undefined;
}
function run(language, body, given, interpreter) {
  $jvm.at = 0;
  slept = 0;
  let b;
  if (interpreter !== undefined && interpreter !== null) {
    b = kept.get(interpreter);
    if (!b) kept.set(interpreter, b = Object.create(null));
    Object.assign(b, bindingOf(given));
  } else b = bindingOf(given);
  let value = null, error = null;
  try {
    const result = body(new ScriptScope(b, language));
    value = language === "javascript" ? (result === undefined ? null : result === null ? "null" : jsText(result)) : result === null || result === undefined ? null : jstr(result);
  } catch (raw) {
    const e = caught(raw);
    error = { class: classOf(e).$name, message: e.getMessage(), text: e.toString(), line: $jvm.at, unsupported: e._unsupported === true };
  }
  const bindings = {};
  for (const name of Object.keys(given ?? {})) { const v = OBJECTS[name] && given[name] === true ? undefined : simple(b[name]); if (v !== undefined) bindings[name] = v; }
  for (const name of ANSWERS) if (!(name in bindings) && b[name] !== undefined) { const v = simple(b[name]); if (v !== undefined) bindings[name] = v; }
  return { value, error, bindings, sleep: slept };
}
// Names that elements read after the script.
const ANSWERS = ["Failure", "FailureMessage", "ResponseCode", "ResponseMessage", "IsSuccess"];
const jsText = (v) => typeof v === "object" && !(v instanceof JObject) && !Array.isArray(v) ? String(v) : typeof v === "number" ? String(v) : v instanceof JObject ? jstr(v) : String(v);
function failed(text, message) {
  throw message === null || message === undefined ? new E.PowerAssertionError(text) : new E.AssertionError(`${str(message)}. Expression: ${text}`);
}
Object.assign($jvm, {
  script: (language, make) => { const body = make($jvm); return Object.assign((bindings, interpreter) => run(language, body, bindings, interpreter), { body }); },
  forget: (user) => { objects.delete(user); for (const k of kept.keys()) if (String(k).startsWith(user + "/")) kept.delete(k); },
  declare, define, over, inside, method: (d) => new MethodScope(d), fn, to, rest: (l) => array("Object[]", l.length === 1 && isArr(l[0]) ? l[0] : l),
  dec: decimal, dbl, flt: (v) => new Flt(v), big, chr: (c) => new Chr(c), gstr: (p) => new GStr(p), raw: (t) => new Raw(t), lazy: (f) => new Lazy(f),
  set: (l) => new JSet("LinkedHashSet", l), map, range, get, put, safe, spread, field, setField, safeSet, with: (o, f) => f(o), with2: (o, i, f) => f(o, i), at_, putAt, item, items, entries, iter, str,
  stepName: (d, name, f, first) => { const old = d.get(name), v = d.set(name, f(old)); return first ? v : old; }, stepProp: (o, name, f, first) => { const old = get(o, name), v = put(o, name, f(old)); return first ? v : old; }, stepAt: (o, i, f, first) => { const old = at_(o, i), v = putAt(o, i, f(old)); return first ? v : old; },
  truth, elvis, tilde, neg: sign, pos: (v) => v, up, down, add, sub, mul, div, mod, pow: power, shl, sum: folded(add), jsum: folded(jadd), jadd, jdiv,
  shr: (a, b) => rank(a) >= 0 ? shift("rightShift", a, b, (x, n) => x >> n, (x, n) => x >> n) : call(a, "rightShift", [b]),
  ushr: (a, b) => rank(a) >= 0 ? shift("rightShiftUnsigned", a, b, (x, n) => x >>> n, (x, n) => BigInt.asUintN(64, x) >> n) : call(a, "rightShiftUnsigned", [b]),
  and: (a, b) => bits("and", a, b, (x, y) => x & y), or: (a, b) => bits("or", a, b, (x, y) => x | y), xor: (a, b) => bits("xor", a, b, (x, y) => x ^ y),
  eq, jeq: (a, b) => (a === undefined || b === undefined ? a === b : eq(a, b)), same, cmp, lt: (a, b) => cmp(a, b) < 0, le: (a, b) => cmp(a, b) <= 0, gt: (a, b) => cmp(a, b) > 0, ge: (a, b) => cmp(a, b) >= 0,
  finder, matches, isCase, isa, invoke, call, create, newArray, array: of_, cast, castTo, as, close, caught, thrown, failed, isException, ref, method_ref, constant, superCall: (t, o, n, a) => superCall(t, o, n, a), superInit, selfInit,
  x2: JEXL2, x3: JEXL3, javascript,
});
