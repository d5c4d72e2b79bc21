// java.util.Date, Calendar, java.text.SimpleDateFormat, and the patterns that java.time shares with it.
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
class TimeZone extends JObject {
  constructor(id) { super(); this._id = id; }
  static getTimeZone(id) { const name = id instanceof TimeZone ? id._id : S(id); return new TimeZone(offsetOf(name, 0) === null ? "GMT" : name); }
  static getDefault() { return new TimeZone("default"); }
  static setDefault() { return null; }
  static of(id) { const z = new TimeZone(S(id)); if (offsetOf(z._id, 0) === null) throw new E.DateTimeException(`Invalid ID for region-based ZoneId, invalid format: ${S(id)}`); return z; }
  static systemDefault() { return TimeZone.getDefault(); }
  static ofHours(h) { return new TimeZone(offsetText(N(h) * 60, true)); }
  getID() { return this._id === "default" ? host("zone.default") : this._id; }
  getId() { return this.getID(); }
  getRawOffset() { return offsetOf(this._id, this.$winter()) * 60000; }
  getOffset(t) { return t instanceof JObject ? offsetZone(offsetOf(this._id, t.$line())) : offsetOf(this._id, N(t)) * 60000; }
  getDisplayName(summer, style) { const t = this.$winter(); return zoneName(this._id, summer === true && !isSummer(this._id, t) ? t + HALF_YEAR : t, style === undefined || N(style) === 1); }
  inDaylightTime(d) { return isSummer(this._id, d._t); }
  isDaylightSavings(i) { return isSummer(this._id, i._t); }
  useDaylightTime() { return isSummer(this._id, now()) || isSummer(this._id, now() + HALF_YEAR); }
  observesDaylightTime() { return this.useDaylightTime(); }
  getDSTSavings() { return this.useDaylightTime() ? 3600000 : 0; }
  getRules() { return this; }
  toZoneId() { return this; }
  // A time near the present at which clocks are not put forward.
  $winter() { const t = now(); return isSummer(this._id, t) ? t + HALF_YEAR : t; }
  $value() { return this._id; }
  toString() { return this.getID(); }
}
known("java.util.TimeZone", TimeZone);
known("java.time.ZoneId", class ZoneId extends TimeZone {}, (v) => v instanceof TimeZone);
known("java.time.ZoneOffset", class ZoneOffset extends TimeZone {}, (v) => v instanceof TimeZone);
C["java.time.ZoneOffset"].UTC = new TimeZone("Z");
const HALF_YEAR = 1577e7;
const isSummer = (id, ms) => host("zone.summer", id, ms) === true;
const offsetZone = (minutes) => new TimeZone(minutes === 0 ? "Z" : offsetText(minutes, true));
// What clocks of a zone are said to show; zones that are offsets are called by them.
const zoneName = (id, ms, long) => id === "Z" || /^[+-]/.test(id) ? id : host("zone.name", id, ms, long) ?? id;
// Minutes east of UTC at a time, or null when the zone is not known.
function offsetOf(id, ms) {
  if (["UTC", "GMT", "Z", "Etc/UTC", "Zulu", "UT"].includes(id)) return 0;
  const m = /^(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(id);
  if (m) return (m[1] === "-" ? -1 : 1) * (Number(m[2]) * 60 + Number(m[3] ?? 0));
  return host("zone", id, ms) ?? null;
}
const zoneId = (z) => z === undefined || z === null ? "default" : z instanceof TimeZone ? z._id : S(z);
const offsetText = (minutes, colon) => (minutes < 0 ? "-" : "+") + String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0") + (colon ? ":" : "") + String(Math.abs(minutes) % 60).padStart(2, "0");
// The fields of a time in a zone.
function fieldsOf(ms, zone) {
  const offset = offsetOf(zone, ms) ?? 0;
  const d = new Date(ms + offset * 60000);
  return { year: d.getUTCFullYear(), month: d.getUTCMonth(), day: d.getUTCDate(), hour: d.getUTCHours(), minute: d.getUTCMinutes(), second: d.getUTCSeconds(), nano: ((ms % 1000) + 1000) % 1000 * 1e6, weekday: d.getUTCDay(), offset, zone, at: ms };
}
const utcMillis = (y, mo, d, h = 0, mi = 0, s = 0, ms = 0) => { const t = new Date(Date.UTC(2000, mo, d, h, mi, s, ms)); t.setUTCFullYear(y, mo, d); return Date.UTC(0, 0, 1) * 0 + new Date(Date.UTC(2000, 0, 1)).setUTCFullYear(y, mo, d) + ((h * 60 + mi) * 60 + s) * 1000 + ms; };
// The time at which clocks of a zone show some fields.
function millisOf(f, zone) {
  const wall = utcMillis(f.year, f.month, f.day, f.hour, f.minute, f.second, Math.floor((f.nano ?? 0) / 1e6));
  const first = offsetOf(zone, wall) ?? 0;
  const second = offsetOf(zone, wall - first * 60000) ?? 0;
  return wall - second * 60000;
}
const dayOfYear = (f) => Math.round((utcMillis(f.year, f.month, f.day) - utcMillis(f.year, 0, 1)) / 864e5) + 1;
const hasTime = (f) => f.hour !== undefined;
// A pattern in pieces: texts, and letters with their count.
function pieces(pattern) {
  const out = [];
  for (let i = 0; i < pattern.length;) {
    const c = pattern[i];
    if (c === "'") {
      let text = "";
      if (pattern[i + 1] === "'") { out.push("'"); i += 2; continue; }
      for (i++; ; i++) {
        if (i >= pattern.length) throw new IllegalArgumentException("Unterminated quote");
        if (pattern[i] === "'") { if (pattern[i + 1] === "'") { text += "'"; i++; continue; } break; }
        text += pattern[i];
      }
      i++;
      out.push(text);
    } else if (/[A-Za-z]/.test(c)) {
      let n = 1;
      while (pattern[i + n] === c) n++;
      out.push([c, n]);
      i += n;
    } else { out.push(c); i++; }
  }
  return out;
}
const two_ = (n, w) => String(n).padStart(w, "0");
function formatFields(pattern, f, javaTime) {
  return pieces(pattern).map((p) => {
    if (typeof p === "string") return javaTime && (p === "[" || p === "]") ? "" : p;
    const [c, n] = p;
    const need_ = (v) => { if (v === undefined) throw new E.DateTimeException(`Unsupported field: ${c}`); return v; };
    switch (c) {
      case "y": case "u": case "Y": if (c === "u" && !javaTime) return two_(f.weekday === 0 ? 7 : f.weekday, n); { const y = need_(f.year); return n === 2 ? two_(y % 100, 2) : two_(y, n); }
      case "M": case "L": { const m = need_(f.month); return n >= 5 && javaTime ? MONTHS[m][0] : n >= 4 ? MONTHS[m] : n === 3 ? MONTHS[m].slice(0, 3) : two_(m + 1, n); }
      case "d": return two_(need_(f.day), n);
      case "D": return two_(dayOfYear(f), n);
      case "E": case "e": need_(f.day); return n >= 4 ? WEEKDAYS[f.weekday] : WEEKDAYS[f.weekday].slice(0, 3);
      case "H": return two_(need_(f.hour), n);
      case "k": return two_(need_(f.hour) || 24, n);
      case "h": return two_(need_(f.hour) % 12 || 12, n);
      case "K": return two_(need_(f.hour) % 12, n);
      case "m": return two_(need_(f.minute), n);
      case "s": return two_(need_(f.second), n);
      case "S": return javaTime ? two_(need_(f.nano), 9).slice(0, n).padEnd(n, "0") : two_(Math.floor(f.nano / 1e6), n);
      case "n": return two_(need_(f.nano), n);
      case "A": return two_((f.hour * 3600 + f.minute * 60 + f.second) * 1000 + Math.floor(f.nano / 1e6), n);
      case "a": return need_(f.hour) < 12 ? "AM" : "PM";
      case "z": case "v": return zoneName(need_(f.zone), f.at, n >= 4);
      case "V": return need_(f.zone) === "default" ? host("zone.default") : f.zone;
      case "Z": return n >= 5 && javaTime ? offsetText(need_(f.offset), true) : offsetText(need_(f.offset), false);
      case "X": if (need_(f.offset) === 0) return "Z"; return n === 1 ? offsetText(f.offset, false).slice(0, f.offset % 60 ? 5 : 3) : offsetText(f.offset, n === 3 || n === 5);
      case "x": return n === 1 ? offsetText(need_(f.offset), false).slice(0, 3) : offsetText(need_(f.offset), n === 3);
      case "G": return "AD";
      case "w": return two_(Math.ceil((dayOfYear(f) + new Date(utcMillis(f.year, 0, 1)).getUTCDay()) / 7), n);
      case "W": return two_(Math.ceil((f.day + new Date(utcMillis(f.year, f.month, 1)).getUTCDay()) / 7), n);
      case "F": return two_(Math.ceil(f.day / 7), n);
      case "Q": case "q": return two_(Math.floor(f.month / 3) + 1, n);
      default: throw new IllegalArgumentException(`Illegal pattern character '${c}'`);
    }
  }).join("");
}
// Reads a text by a pattern; returns the fields, or the index at which it does not fit.
function parseFields(pattern, text, javaTime) {
  const f = {};
  const list = pieces(pattern);
  let at = 0;
  for (let k = 0; k < list.length; k++) {
    const p = list[k];
    if (typeof p === "string") {
      if (javaTime && (p === "[" || p === "]")) continue;
      if (!text.startsWith(p, at)) return at;
      at += p.length;
      continue;
    }
    const [c, n] = p;
    const adjacent = Array.isArray(list[k + 1]) && "yMdHkhKmsSDu".includes(list[k + 1][0]);
    const names = c === "E" ? WEEKDAYS : (c === "M" || c === "L") && n >= 3 ? MONTHS : null;
    if (names) {
      const rest = text.slice(at).toLowerCase();
      const i = names.findIndex((w) => rest.startsWith(w.toLowerCase()));
      const j = i >= 0 ? i : names.findIndex((w) => rest.startsWith(w.slice(0, 3).toLowerCase()));
      if (j < 0) return at;
      at += i >= 0 ? names[i].length : 3;
      if (c !== "E") f.month = j;
      continue;
    }
    if (c === "a") { const m = /^(am|pm)/i.exec(text.slice(at)); if (!m) return at; f.pm = m[0].toLowerCase() === "pm"; at += 2; continue; }
    if ("zZXxV".includes(c)) {
      const m = /^(?:(Z|UTC|GMT)(?![A-Za-z+-])|(?:GMT|UTC)?([+-]\d{2}:?\d{0,2})|([A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)*))/.exec(text.slice(at));
      if (!m) return at;
      f.zone = m[1] ? "UTC" : m[2] ?? host("zone.read", m[3]) ?? m[3];
      if (offsetOf(f.zone, 0) === null) return at;
      at += m[0].length;
      continue;
    }
    const wide = adjacent || (javaTime && n > 1 && !(c === "y" && n !== 2)) ? n : c === "S" && javaTime ? n : 10;
    const m = new RegExp(`^\\s*${c === "y" || c === "u" ? "[+-]?" : ""}\\d{${javaTime && n > 1 ? n : 1},${Math.max(wide, javaTime && n > 1 ? n : 1)}}`).exec(text.slice(at));
    if (!m) return at;
    at += m[0].length;
    const v = Number(m[0]);
    switch (c) {
      case "y": case "u": case "Y": f.year = n === 2 && m[0].trim().length === 2 ? (v + 2000 > new Date(now()).getUTCFullYear() + 20 ? 1900 + v : 2000 + v) : v; break;
      case "M": case "L": f.month = v - 1; break;
      case "d": f.day = v; break;
      case "D": f.month = 0; f.day = v; break;
      case "H": f.hour = v; break;
      case "k": f.hour = v % 24; break;
      case "h": f.half = v % 12; break;
      case "K": f.half = v; break;
      case "m": f.minute = v; break;
      case "s": f.second = v; break;
      case "S": f.nano = javaTime ? Number(m[0].padEnd(9, "0")) : v * 1e6; break;
      case "n": f.nano = v; break;
    }
  }
  if (javaTime && at < text.length) return at;
  if (f.half !== undefined) f.hour = f.half + (f.pm ? 12 : 0);
  return f;
}
class JDate extends JObject {
  constructor(...a) { super(); this._t = a.length === 0 ? now() : a.length === 1 ? (isText(a[0]) ? Date.parse(S(a[0])) : N(a[0])) : utcMillis(1900 + N(a[0]), N(a[1]), N(a[2]), N(a[3] ?? 0), N(a[4] ?? 0), N(a[5] ?? 0)); }
  getTime() { return L(this._t); }
  setTime(t) { this._t = N(t); return null; }
  before(o) { return this._t < o._t; }
  after(o) { return this._t > o._t; }
  compareTo(o) { return Math.sign(this._t - o._t); }
  $value() { return String(this._t); }
  $f() { return fieldsOf(this._t, "default"); }
  getYear() { return this.$f().year - 1900; }
  getMonth() { return this.$f().month; }
  getDate() { return this.$f().day; }
  getDay() { return this.$f().weekday; }
  getHours() { return this.$f().hour; }
  getMinutes() { return this.$f().minute; }
  getSeconds() { return this.$f().second; }
  getTimezoneOffset() { return -this.$f().offset; }
  plus(n) { return n instanceof Millis ? new JDate(this._t + n._t) : new JDate(this._t + N(n) * 864e5); }
  minus(n) { return n instanceof JDate ? Math.floor((this._t - n._t) / 864e5) : n instanceof Millis ? new JDate(this._t - n._t) : new JDate(this._t - N(n) * 864e5); }
  next() { return this.plus(1); }
  previous() { return this.minus(1); }
  format(p, z) { return formatFields(S(p), fieldsOf(this._t, zoneId(z)), false); }
  clearTime() { const f = this.$f(); this._t = millisOf({ ...f, hour: 0, minute: 0, second: 0, nano: 0 }, "default"); return this; }
  toInstant() { return new Instant(this._t, 0); }
  toCalendar() { const c = new Calendar("default"); c._t = this._t; return c; }
  toTimestamp() { return this; }
  getAt(n) { return this.toCalendar().get(n); }
  toLocaleString() { return this.format("MMM d, yyyy, h:mm:ss a"); }
  toGMTString() { return formatFields("d MMM yyyy HH:mm:ss 'GMT'", fieldsOf(this._t, "GMT"), false); }
  clone() { return new JDate(this._t); }
  static parse(p, t) { return new SimpleDateFormat(p).parse(t); }
  static from(i) { return new JDate(i.toEpochMilli()); }
  toString() { return this.format("EEE MMM dd HH:mm:ss zzz yyyy"); }
}
known("java.util.Date", JDate);
known("java.sql.Timestamp", class Timestamp extends JDate { toString() { return this.format("yyyy-MM-dd HH:mm:ss.S"); } });
class Millis extends JObject {
  constructor(t) { super(); this._t = t; }
  toMilliseconds() { return L(this._t); }
  getAgo() { return new JDate(now() - this._t); }
  getFrom() { return { getNow: () => new JDate(now() + this._t), __proto__: JObject.prototype }; }
  plus(o) { return o instanceof JDate ? new JDate(o._t + this._t) : new Millis(this._t + o._t); }
  minus(o) { return new Millis(this._t - o._t); }
}
const ofMillis = (n) => new Millis(n);
kind("groovy.time.TimeCategory", () => false, { minus: (a, b) => new Millis(a._t - b._t) });
class DateFormat extends JObject {
  constructor(pattern = "M/d/yy, h:mm a") { super(); this._p = S(pattern); this._z = "default"; pieces(this._p); formatFields(this._p, fieldsOf(0, "GMT"), false); }
  format(d) { return formatFields(this._p, fieldsOf(d instanceof JDate ? d._t : N(d), this._z), false); }
  parse(t) {
    const f = parseFields(this._p, S(need(t)), false);
    if (typeof f === "number") { const e = new ParseException(`Unparseable date: "${S(t)}"`); e._offset = f; throw e; }
    if (this._strict && ((f.month ?? 0) > 11 || (f.day ?? 1) > 31 || (f.hour ?? 0) > 23)) throw new ParseException(`Unparseable date: "${S(t)}"`);
    return new JDate(millisOf({ year: 1970, month: 0, day: 1, hour: 0, minute: 0, second: 0, nano: 0, ...f }, f.zone ?? this._z));
  }
  setTimeZone(z) { this._z = zoneId(z); return null; }
  getTimeZone() { return new TimeZone(this._z); }
  setLenient(v) { this._strict = !v; return null; }
  applyPattern(p) { this._p = S(p); return null; }
  toPattern() { return this._p; }
  $named() { return true; }
  static getDateTimeInstance() { return new DateFormat("MMM d, yyyy, h:mm:ss a"); }
  static getDateInstance() { return new DateFormat("MMM d, yyyy"); }
  static getInstance() { return new DateFormat(); }
}
known("java.text.DateFormat", DateFormat);
class SimpleDateFormat extends DateFormat {}
known("java.text.SimpleDateFormat", SimpleDateFormat);
class Calendar extends JObject {
  constructor(zone) { super(); this._z = zone ?? "default"; this._t = now(); }
  static getInstance(z) { return new GregorianCalendar(z instanceof TimeZone ? z._id : "default"); }
  $f() { return fieldsOf(this._t, this._z); }
  getTime() { return new JDate(this._t); }
  setTime(d) { this._t = d._t; return null; }
  getTimeInMillis() { return L(this._t); }
  setTimeInMillis(t) { this._t = N(t); return null; }
  getTimeZone() { return new TimeZone(this._z); }
  setTimeZone(z) { this._z = zoneId(z); return null; }
  get(field) {
    const f = this.$f();
    switch (N(field)) { case 0: return 1; case 1: return f.year; case 2: return f.month; case 3: return Number(formatFields("w", f)); case 4: return Number(formatFields("W", f)); case 5: return f.day; case 6: return dayOfYear(f); case 7: return f.weekday + 1; case 8: return Math.ceil(f.day / 7); case 9: return f.hour < 12 ? 0 : 1; case 10: return f.hour % 12; case 11: return f.hour; case 12: return f.minute; case 13: return f.second; case 14: return Math.floor(f.nano / 1e6); case 15: return f.offset * 60000 - this.get(16); case 16: return isSummer(this._z, this._t) ? 3600000 : 0; }
    throw new ArrayIndexOutOfBoundsException(`Index ${N(field)} out of bounds for length 17`);
  }
  $move(change) { const f = this.$f(); change(f); this._t = millisOf(f, this._z); return null; }
  set(...a) {
    if (a.length > 2) return this.$move((f) => { [f.year, f.month, f.day] = a.slice(0, 3).map(N); if (a.length > 3) [f.hour, f.minute] = [N(a[3]), N(a[4])]; if (a.length > 5) f.second = N(a[5]); });
    const v = N(a[1]);
    return this.$move((f) => { switch (N(a[0])) { case 1: f.year = v; break; case 2: f.month = v; break; case 5: f.day = v; break; case 6: f.month = 0; f.day = v; break; case 7: f.day += v - 1 - f.weekday; break; case 9: f.hour = f.hour % 12 + v * 12; break; case 10: f.hour = v + (f.hour >= 12 ? 12 : 0); break; case 11: f.hour = v; break; case 12: f.minute = v; break; case 13: f.second = v; break; case 14: f.nano = v * 1e6; break; } });
  }
  add(field, n) {
    const v = N(n);
    switch (N(field)) {
      case 1: case 2: return this.$move((f) => { const m = f.year * 12 + f.month + (N(field) === 1 ? v * 12 : v); f.year = Math.floor(m / 12); f.month = ((m % 12) + 12) % 12; f.day = Math.min(f.day, monthDays(f.year, f.month)); });
      case 3: case 4: return this.$move((f) => { f.day += v * 7; });
      case 5: case 6: case 7: return this.$move((f) => { f.day += v; });
      case 10: case 11: this._t += v * 36e5; return null;
      case 12: this._t += v * 6e4; return null;
      case 13: this._t += v * 1e3; return null;
      case 14: this._t += v; return null;
    }
    return null;
  }
  roll(field, n) { return this.add(field, n); }
  clear() { this._t = 0; return null; }
  getActualMaximum(field) { const f = this.$f(); return N(field) === 5 ? monthDays(f.year, f.month) : N(field) === 6 ? (monthDays(f.year, 1) === 29 ? 366 : 365) : 0; }
  before(o) { return this._t < o._t; }
  after(o) { return this._t > o._t; }
  compareTo(o) { return Math.sign(this._t - o._t); }
  format(p) { return formatFields(S(p), this.$f(), false); }
  clone() { const c = new GregorianCalendar(this._z); c._t = this._t; return c; }
  getAt(n) { return this.get(n); }
  putAt(n, v) { return this.set(n, v); }
  toInstant() { return new Instant(this._t, 0); }
  setLenient() { return null; }
  setFirstDayOfWeek() { return null; }
  $value() { return String(this._t); }
  toString() { return "java.util.GregorianCalendar[time=" + this._t + "]"; }
}
const monthDays = (y, m) => [31, (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m];
Object.assign(Calendar, { ERA: 0, YEAR: 1, MONTH: 2, WEEK_OF_YEAR: 3, WEEK_OF_MONTH: 4, DATE: 5, DAY_OF_MONTH: 5, DAY_OF_YEAR: 6, DAY_OF_WEEK: 7, DAY_OF_WEEK_IN_MONTH: 8, AM_PM: 9, HOUR: 10, HOUR_OF_DAY: 11, MINUTE: 12, SECOND: 13, MILLISECOND: 14, ZONE_OFFSET: 15, DST_OFFSET: 16, AM: 0, PM: 1 });
MONTHS.forEach((m, i) => { Calendar[m.toUpperCase()] = i; });
WEEKDAYS.forEach((d, i) => { Calendar[d.toUpperCase()] = i + 1; });
known("java.util.Calendar", Calendar);
class GregorianCalendar extends Calendar { constructor(...a) { super(typeof a[0] === "string" ? a[0] : a[0] instanceof TimeZone ? a[0]._id : "default"); if (a.length >= 3) this.set(...a, ...(a.length === 3 ? [0, 0, 0] : a.length === 5 ? [0] : [])); } }
known("java.util.GregorianCalendar", GregorianCalendar);
function formatTime(v, letter) {
  const f = v instanceof JDate || v instanceof Calendar ? fieldsOf(v._t, "default") : v instanceof Temporal ? v.$fields() : fieldsOf(N(v), "default");
  const p = { Y: "yyyy", y: "yy", m: "MM", d: "dd", e: "d", H: "HH", I: "hh", k: "H", l: "h", M: "mm", S: "ss", L: "SSS", N: "nnnnnnnnn", B: "MMMM", b: "MMM", h: "MMM", A: "EEEE", a: "EEE", p: "a", z: "Z", Z: "z", j: "DDD", F: "yyyy-MM-dd", T: "HH:mm:ss", R: "HH:mm", D: "MM/dd/yy", c: "EEE MMM dd HH:mm:ss z yyyy", r: "hh:mm:ss a" }[letter];
  if (letter === "s") return String(Math.floor((v._t ?? N(v)) / 1000));
  if (letter === "Q") return String(v._t ?? N(v));
  if (!p) throw new E.UnknownFormatConversionException(`Conversion = 't${letter}'`);
  const text = formatFields(p, f, letter === "N");
  return letter === "p" ? text.toLowerCase() : text;
}
class DecimalFormat extends JObject {
  constructor(p = "#,##0.###") { super(); this._p = S(p); this._m = "HALF_EVEN"; }
  setRoundingMode(m) { this._m = mode(m); return null; }
  setMaximumFractionDigits(n) { this._max = N(n); return null; }
  setMinimumFractionDigits(n) { this._min = N(n); return null; }
  setGroupingUsed(v) { this._group = v; return null; }
  setDecimalFormatSymbols() { return null; }
  parse(t) { return dbl(parseDouble(S(t).replace(/,/g, ""))); }
  format(v) {
    const m = /^([^#0,.]*)([#0,]*)(?:\.([#0]*))?(.*)$/.exec(this._p.split(";")[0]);
    const max = this._max ?? (m[3] ?? "").length, min = this._min ?? (m[3] ?? "").replace(/#/g, "").length;
    const percent = m[4].startsWith("%");
    let d = toDec(v);
    if (percent) d = decMul(d, new Dec(100n, 0));
    d = roundedTo(d, max, this._m);
    let [whole, part = ""] = decimalPlain(d._u < 0n ? decNeg(d) : d).split(".");
    while (part.length > min && part.endsWith("0")) part = part.slice(0, -1);
    whole = whole.replace(/^0+/, "").padStart(m[2].replace(/[#,]/g, "").length, "0");
    if (m[2].includes(",") && this._group !== false) { const size = m[2].length - m[2].lastIndexOf(",") - 1; whole = whole.replace(new RegExp(`\\B(?=(\\d{${size}})+$)`, "g"), ","); }
    return (d._u < 0n ? "-" : "") + m[1].replace(/'/g, "") + whole + (part ? "." + part : "") + m[4].replace(/'/g, "");
  }
}
known("java.text.DecimalFormat", DecimalFormat);
kind("java.text.NumberFormat", (v) => v instanceof DecimalFormat, { getInstance: () => new DecimalFormat(), getNumberInstance: () => new DecimalFormat(), getIntegerInstance: () => new DecimalFormat("#,##0"), getPercentInstance: () => new DecimalFormat("#,##0%") });
