// java.util.regex over the engine's own expressions.
const posix = {
  Alpha: "a-zA-Z", Digit: "0-9", Alnum: "a-zA-Z0-9", Upper: "A-Z", Lower: "a-z", Punct: "!-\\/:-@\\[-`{-~", XDigit: "0-9a-fA-F",
  Space: " \\t\\n\\x0B\\f\\r", Blank: " \\t", ASCII: "\\x00-\\x7F", Cntrl: "\\x00-\\x1F\\x7F", Graph: "!-~", Print: " -~",
  javaLowerCase: "a-z", javaUpperCase: "A-Z",
};
function translated(source, flags) {
  let out = "", inClass = 0, unicode = false;
  const quote = (t) => t.replace(/[\\^$.*+?()[\]{}|\/-]/g, "\\$&");
  if (flags & 16) return [quote(source), flagText(flags)];
  for (let i = 0; i < source.length; i++) {
    const c = source[i], rest = source.slice(i, i + 24);
    let m;
    if (c === "\\") {
      const n = source[++i];
      if (n === undefined) throw new E.PatternSyntaxException(`Unexpected internal error near index ${i}\n${source}`);
      if (n === "Q") {
        const end = source.indexOf("\\E", i);
        out += quote(source.slice(i + 1, end < 0 ? undefined : end));
        i = end < 0 ? source.length : end + 1;
      } else if (n === "A") out += "(?<![\\s\\S])";
      else if (n === "z") out += "(?![\\s\\S])";
      else if (n === "Z") out += "(?=\\n?(?![\\s\\S]))";
      else if (n === "h") out += inClass ? " \\t\\xA0" : "[ \\t\\xA0]";
      else if (n === "R") out += "(?:\\r\\n|[\\n\\r\\x85\\u2028\\u2029])";
      else if (n === "e") out += "\\x1B";
      else if (n === "a") out += "\\x07";
      else if ((n === "p" || n === "P") && (m = /^\{(?:Is)?(\w+)\}/.exec(source.slice(i + 1, i + 40)))) {
        i += m[0].length;
        const set = posix[m[1]];
        if (set && (n === "p" || !inClass)) out += inClass ? set : `[${n === "P" ? "^" : ""}${set}]`;
        else { unicode = true; out += `\\${n}{${{ Alphabetic: "Alphabetic", Digit: "Nd" }[m[1]] ?? m[1]}}`; }
      } else if (/[a-zA-Z0-9]/.test(n)) out += "\\" + n;
      else out += quote(n);
      continue;
    }
    if (inClass) {
      if (c === "[" && source[i + 1] !== ":") { inClass++; continue; }
      if (c === "]") { inClass--; if (inClass === 0) out += "]"; continue; }
      out += c === "/" ? "\\/" : c;
      continue;
    }
    if (c === "[") {
      inClass = 1;
      out += "[";
      if (source[i + 1] === "^") { out += "^"; i++; }
      if (source[i + 1] === "]") { out += "\\]"; i++; }
      continue;
    }
    if (c === "(" && (m = /^\(\?([a-zA-Z]+)\)/.exec(rest))) { flags |= flagBits(m[1]); i += m[0].length - 1; continue; }
    if (c === "(" && (m = /^\(\?([a-zA-Z]+):/.exec(rest))) { flags |= flagBits(m[1]); out += "(?:"; i += m[0].length - 1; continue; }
    if (c === "(" && rest.startsWith("(?>")) { out += "(?:"; i += 2; continue; }
    if (c === "$" && !(flags & 8)) { out += "(?=\\n?(?![\\s\\S]))"; continue; }
    if ((c === "+") && /[*+?}]/.test(source[i - 1] ?? "") && source[i - 2] !== "\\") continue;
    if (flags & 4) {
      if (/\s/.test(c)) continue;
      if (c === "#") { while (i < source.length && source[i] !== "\n") i++; continue; }
    }
    out += c === "/" ? "\\/" : c;
  }
  return [out, flagText(flags) + (unicode ? "u" : "")];
}
const flagBits = (letters) => [...letters].reduce((f, l) => f | ({ i: 2, m: 8, s: 32, x: 4, u: 64 }[l] ?? 0), 0);
const flagText = (f) => (f & 2 ? "i" : "") + (f & 8 ? "m" : "") + (f & 32 ? "s" : "");
const patterns = new Map();
function compiled(source, flags) {
  const key = flags + "/" + source;
  let found = patterns.get(key);
  if (!found) {
    const [text, letters] = translated(source, flags);
    try {
      found = { g: new RegExp(text, letters + "g"), whole: new RegExp(`^(?:${text})$(?![\\s\\S])`, letters), y: new RegExp(text, letters + "y") };
    } catch (e) {
      throw new E.PatternSyntaxException(`${e.message} near index 0\n${source}`);
    }
    if (patterns.size > 500) patterns.clear();
    patterns.set(key, found);
  }
  return found;
}
class Pattern extends JObject {
  constructor(source, flags) { super(); this._source = source; this._flags = flags; this._re = compiled(source, flags); }
  static compile(source, flags) { return new Pattern(S(source), flags === undefined ? 0 : N(flags)); }
  static matches(source, text) { return Pattern.compile(source).$whole(S(text)); }
  static quote(text) { return "\\Q" + S(text) + "\\E"; }
  $whole(text) { return this._re.whole.test(text); }
  $all(text) { return text.matchAll(new RegExp(this._re.g)); }
  matcher(text) { if (text === null || text === undefined) throw npe("the text to match is null"); return new Matcher(this, S(text)); }
  pattern() { return this._source; }
  flags() { return this._flags; }
  split(text, limit) { return splitBy(S(text), this._re.g, limit === undefined ? 0 : N(limit)); }
  asPredicate() { return fnOf((v) => new RegExp(this._re.g).test(S(v)), 1); }
  asMatchPredicate() { return fnOf((v) => this.$whole(S(v)), 1); }
  toString() { return this._source; }
}
Object.assign(Pattern, { UNIX_LINES: 1, CASE_INSENSITIVE: 2, COMMENTS: 4, MULTILINE: 8, LITERAL: 16, DOTALL: 32, UNICODE_CASE: 64 });
known("java.util.regex.Pattern", Pattern);
function replaced(m, replacement) {
  return replacement.replace(/\\([\s\S])|\$(?:\{(\w+)\}|(\d))/g, (all, escaped, name, digit) => {
    if (escaped !== undefined) return escaped;
    const group = name !== undefined ? m.groups?.[name] : m[Number(digit)];
    if (digit !== undefined && Number(digit) >= m.length) throw new IndexOutOfBoundsException(`No group ${digit}`);
    return group ?? "";
  });
}
function replaceWith(text, pattern, replacement, once) {
  let out = "", last = 0;
  for (const m of pattern.$all(text)) {
    out += text.slice(last, m.index) + (isClosure(replacement) ? str(invoke(replacement, m.length > 1 && count(replacement) > 1 ? groupsOf(m) : [m.length > 1 ? groupsOf(m) : m[0]])) : replaced(m, replacement));
    last = m.index + m[0].length;
    if (once) break;
  }
  return out + text.slice(last);
}
const groupsOf = (m) => Array.from(m, (g) => g ?? null);
class Matcher extends JObject {
  constructor(pattern, text) { super(); this._p = pattern; this._t = text; this.reset(); }
  reset(text) { if (text !== undefined) this._t = S(text); this._from = 0; this._m = null; this._append = 0; return this; }
  find(at) {
    const re = new RegExp(this._p._re.g);
    if (at !== undefined) this._from = isNumber(at) ? N(at) : 0;
    if (this._from > this._t.length) { this._m = null; return false; }
    re.lastIndex = this._from;
    this._m = re.exec(this._t);
    if (this._m) this._from = this._m.index + this._m[0].length + (this._m[0].length === 0 ? 1 : 0);
    return this._m !== null;
  }
  matches() { this._m = this._p._re.whole.exec(this._t); if (this._m) this._from = this._t.length; return this._m !== null; }
  lookingAt() { const re = new RegExp(this._p._re.y); re.lastIndex = 0; this._m = re.exec(this._t); return this._m !== null; }
  hitEnd() { return this._from >= this._t.length; }
  $need() { if (!this._m) throw new IllegalStateException("No match found"); return this._m; }
  group(g) {
    const m = this.$need();
    if (g === undefined) return m[0];
    if (isText(g)) { if (!(S(g) in (m.groups ?? {}))) throw new IllegalArgumentException(`No group with name <${g}>`); return m.groups[S(g)] ?? null; }
    if (N(g) < 0 || N(g) >= m.length) throw new IndexOutOfBoundsException(`No group ${N(g)}`);
    return m[N(g)] ?? null;
  }
  groupCount() { return new RegExp(this._p._re.g.source + "|", this._p._re.g.flags).exec("").length - 1; }
  start(g) { const m = this.$need(); return g === undefined || N(g) === 0 ? m.index : m[N(g)] == null ? -1 : m.index + m[0].indexOf(m[N(g)]); }
  end(g) { const m = this.$need(); return g === undefined || N(g) === 0 ? m.index + m[0].length : m[N(g)] == null ? -1 : this.start(g) + m[N(g)].length; }
  toMatchResult() { const c = new Matcher(this._p, this._t); c._m = this._m; return c; }
  pattern() { return this._p; }
  replaceAll(r) { return replaceWith(this._t, this._p, isClosure(r) ? r : S(r), false); }
  replaceFirst(r) { return replaceWith(this._t, this._p, isClosure(r) ? r : S(r), true); }
  appendReplacement(sb, r) { const m = this.$need(); sb._t += this._t.slice(this._append, m.index) + replaced(m, S(r)); this._append = m.index + m[0].length; return this; }
  appendTail(sb) { sb._t += this._t.slice(this._append); return sb; }
  static quoteReplacement(t) { return S(t).replace(/[\\$]/g, "\\$&"); }
  $list() { return Array.from(this._p.$all(this._t), (m) => m.length > 1 ? groupsOf(m) : m[0]); }
  $iter() { return this.$list(); }
  getAt(i) {
    const list = this.$list();
    if (!isNumber(i)) return at_(list, i);
    const n = N(i) < 0 ? list.length + N(i) : N(i);
    if (n < 0 || n >= list.length) throw new IndexOutOfBoundsException(`index is out of range ${n < 0 ? n : `0..${list.length - 1}`} (index = ${N(i)})`);
    return list[n];
  }
  size() { return this.$list().length; }
  getCount() { return this.size(); }
  hasGroup() { return this.groupCount() > 0; }
  results() { return new Stream(Array.from(this._p.$all(this._t), (m) => { const c = new Matcher(this._p, this._t); c._m = m; return c; })); }
  asBoolean() { return this.find(); }
  toString() { return `java.util.regex.Matcher[pattern=${this._p._source} region=0,${this._t.length} lastmatch=${this._m ? this._m[0] : ""}]`; }
}
// What `=~` found last.
Matcher["@lastMatcher"] = null;
known("java.util.regex.Matcher", Matcher);
known("java.util.regex.MatchResult", class extends JObject {}, (v) => v instanceof Matcher);
function finder(text, pattern) {
  if (text === null || text === undefined || pattern === null || pattern === undefined) throw npe("a side of =~ is null");
  return Matcher["@lastMatcher"] = (pattern instanceof Pattern ? pattern : Pattern.compile(str(pattern))).matcher(str(text));
}
function matches(text, pattern) {
  if (text === null || text === undefined || pattern === null || pattern === undefined) return false;
  return (pattern instanceof Pattern ? pattern : Pattern.compile(str(pattern))).$whole(str(text));
}
function splitBy(text, re, limit) {
  const out = [];
  let last = 0;
  if (text === "") return array("String[]", [""]);
  for (const m of text.matchAll(new RegExp(re))) {
    if (limit > 0 && out.length === limit - 1) break;
    if (m[0].length === 0 && (m.index === 0 || m.index >= text.length)) continue;
    if (m.index === 0 && m[0].length > 0 && last === 0 && m.index + m[0].length === 0) continue;
    out.push(text.slice(last, m.index));
    last = m.index + m[0].length;
  }
  out.push(text.slice(last));
  if (limit === 0) while (out.length > 0 && out[out.length - 1] === "") out.pop();
  return array("String[]", out);
}
