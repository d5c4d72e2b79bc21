// How values print: Groovy's way in texts and logs, Java's way (`toString`) where Java prints.
function str(v) {
  switch (typeof v) {
    case "string": return v;
    case "number": return String(v);
    case "bigint": return v.toString();
    case "boolean": return v ? "true" : "false";
    case "undefined": return "null";
    case "function": return isClass(v) ? (v.$interface ? "interface " : "class ") + v.$name : "Script1$_run_closure1@1";
  }
  if (v === null) return "null";
  if (Array.isArray(v)) {
    if (v.$type === "char[]") return v.map((c) => c._c).join("");
    return "[" + v.map((x) => x === v ? "(this Collection)" : str(x)).join(", ") + "]";
  }
  if (v instanceof JMap && !v.$plain) return v.size() === 0 ? "[:]" : "[" + v.list().map((e) => `${e._k === v ? "(this Map)" : str(e._k)}:${e._v === v ? "(this Map)" : str(e._v)}`).join(", ") + "]";
  if (v instanceof JSet) return "[" + v.items().map(str).join(", ") + "]";
  return S(v.toString());
}
function jstr(v) {
  if (v === null || v === undefined) return v === undefined ? "void" : "null";
  if (Array.isArray(v)) {
    if (isArr(v)) return arrayName(v.$type) + "@" + (hashOf(v) >>> 0).toString(16);
    return "[" + v.map((x) => x === v ? "(this Collection)" : jstr(x)).join(", ") + "]";
  }
  if (v instanceof JMap && !v.$plain) return "{" + v.list().map((e) => jstr(e._k) + "=" + jstr(e._v)).join(", ") + "}";
  if (v instanceof JSet) return "[" + v.items().map(jstr).join(", ") + "]";
  return str(v);
}
const arrayName = (type) => ({ "byte[]": "[B", "int[]": "[I", "char[]": "[C", "long[]": "[J", "double[]": "[D", "boolean[]": "[Z" })[type] ?? `[Ljava.lang.${type.slice(0, -2)};`;
function inspectShort(v) {
  return str(v);
}
function inspect(v) {
  if (isText(v)) return "'" + str(v).replace(/[\\']/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t") + "'";
  if (Array.isArray(v) || isColl(v)) return "[" + items(v).map(inspect).join(", ") + "]";
  if (v instanceof JMap) return v.size() === 0 ? "[:]" : "[" + v.list().map((e) => inspect(e._k) + ":" + inspect(e._v)).join(", ") + "]";
  return str(v);
}
// java.util.Formatter.
function format(pattern, args) {
  let next = 0, last = -1;
  return S(pattern).replace(/%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([tT])?([a-zA-Z%])|%/g, (all, index, again, flags, width, precision, time, letter) => {
    if (letter === undefined) throw new E.UnknownFormatConversionException("Conversion = '%'");
    if (letter === "%" && !time) return pad("%", flags, width);
    if (letter === "n" && !time) return "\n";
    const i = index ? Number(index) - 1 : again ? last : next++;
    last = i;
    if (i >= args.length) throw new E.MissingFormatArgumentException(`Format specifier '${all}'`);
    let v = args[i] ?? null;
    if (time) return pad(formatTime(v, letter), flags, width);
    const upper = letter !== letter.toLowerCase();
    let text = formatOne(letter.toLowerCase(), v, flags, width, precision);
    if (upper) text = text.toUpperCase();
    return pad(text, flags, width);
  });
}
function pad(text, flags, width) {
  if (!width) return text;
  return flags.includes("-") ? text.padEnd(Number(width)) : text.padStart(Number(width));
}
function formatOne(letter, v, flags, width, precision) {
  const refuse = () => { throw new E.IllegalFormatConversionException(`${letter} != ${classOf(v).$name}`); };
  switch (letter) {
    case "s": { const t = jstr(v); return precision === undefined ? t : t.slice(0, Number(precision)); }
    case "b": return v === null ? "false" : typeof v === "boolean" ? String(v) : "true";
    case "h": return v === null ? "null" : (hashOf(v) >>> 0).toString(16);
    case "c": return v === null ? "null" : typeof v === "number" ? String.fromCodePoint(v) : v instanceof Chr ? v._c : refuse();
    case "d": {
      if (v === null) return "null";
      const r = rank(v);
      if (r < 0 || r > BIG || v instanceof Chr) refuse();
      return signed(B(v) < 0n, (B(v) < 0n ? -B(v) : B(v)).toString(), flags, width);
    }
    case "x": case "o": {
      if (v === null) return "null";
      const r = rank(v);
      if (r < 0 || r > BIG) refuse();
      const bits = r === INT ? BigInt.asUintN(v instanceof Small && v._t === "Byte" ? 8 : 32, B(v)) : r === LONG ? BigInt.asUintN(64, v) : B(v);
      const text = (flags.includes("#") ? (letter === "x" ? "0x" : "0") : "") + bits.toString(letter === "x" ? 16 : 8);
      return flags.includes("0") && width ? text.padStart(Number(width), "0") : text;
    }
    case "f": {
      if (v === null) return "null";
      const r = rank(v);
      if (r < DEC) refuse();
      if (r === DBL && !Number.isFinite(v._v)) return doubleText(v._v);
      const d = roundedTo(toDec(v), Number(precision ?? 6), "HALF_UP");
      const negative = d._u < 0n || (r === DBL && Object.is(v._v, -0));
      return signed(negative, decimalPlain(d._u < 0n ? decNeg(d) : d), flags, width);
    }
    case "e": {
      if (v === null) return "null";
      if (rank(v) < DEC) refuse();
      return N(v).toExponential(Number(precision ?? 6)).replace(/e([+-])(\d)$/, "e$10$2");
    }
    case "g": return formatOne("f", v, flags, width, precision ?? 6);
    default: throw new E.UnknownFormatConversionException(`Conversion = '${letter}'`);
  }
}
function signed(negative, digits, flags, width) {
  if (flags.includes(",")) digits = digits.replace(/^\d+/, (w) => w.replace(/\B(?=(\d{3})+$)/g, ","));
  const head = negative ? (flags.includes("(") ? "(" : "-") : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const tail = negative && flags.includes("(") ? ")" : "";
  if (flags.includes("0") && width) digits = digits.padStart(Number(width) - head.length - tail.length, "0");
  return head + digits + tail;
}
