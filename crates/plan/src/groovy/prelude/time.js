// java.time.
const UNITS = ["NANOS", "MICROS", "MILLIS", "SECONDS", "MINUTES", "HOURS", "HALF_DAYS", "DAYS", "WEEKS", "MONTHS", "YEARS", "DECADES", "CENTURIES"];
const UNIT_MS = { NANOS: 1e-6, MICROS: 1e-3, MILLIS: 1, SECONDS: 1e3, MINUTES: 6e4, HOURS: 36e5, HALF_DAYS: 432e5, DAYS: 864e5, WEEKS: 6048e5 };
const UNIT_MONTHS = { MONTHS: 1, YEARS: 12, DECADES: 120, CENTURIES: 1200 };
enumOf("java.time.temporal.ChronoUnit", UNITS);
C["java.time.temporal.ChronoUnit"].prototype.between = function (a, b) { return a.until(b, this); };
const FIELDS = { YEAR: "year", MONTH_OF_YEAR: "month", DAY_OF_MONTH: "day", DAY_OF_WEEK: "weekday", DAY_OF_YEAR: "dayOfYear", HOUR_OF_DAY: "hour", MINUTE_OF_HOUR: "minute", SECOND_OF_MINUTE: "second", NANO_OF_SECOND: "nano", MILLI_OF_SECOND: "milli", EPOCH_DAY: "epochDay", INSTANT_SECONDS: "instant" };
enumOf("java.time.temporal.ChronoField", Object.keys(FIELDS));
const DayOfWeek = enumOf("java.time.DayOfWeek", [...WEEKDAYS.slice(1), WEEKDAYS[0]].map((d) => d.toUpperCase()), { of: (n) => DayOfWeek.$values[N(n) - 1] });
const Month = enumOf("java.time.Month", MONTHS.map((m) => m.toUpperCase()), { of: (n) => Month.$values[N(n) - 1] });
enumOf("java.time.format.TextStyle", ["FULL", "SHORT", "NARROW"]);
for (const e of [DayOfWeek, Month]) Object.assign(e.prototype, { plus(n) { const k = e.$values.length; return e.$values[(((this._ordinal + N(n)) % k) + k) % k]; }, minus(n) { return this.plus(-N(n)); }, getDisplayName(style) { const t = title(this._name.toLowerCase()); return style._name === "FULL" ? t : style._name === "SHORT" ? t.slice(0, 3) : t[0]; } });
class Duration extends JObject {
  constructor(ms) { super(); this._ms = ms; }
  static between(a, b) { return new Duration(b.$line() - a.$line()); }
  static parse(t) { const m = /^([+-])?P(?:([+-]?\d+)D)?(?:T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+(?:\.\d+)?)S)?)?$/i.exec(S(t)); if (!m) throw new E.DateTimeParseException(`Text cannot be parsed to a Duration`); return new Duration((m[1] === "-" ? -1 : 1) * (Number(m[2] ?? 0) * 864e5 + Number(m[3] ?? 0) * 36e5 + Number(m[4] ?? 0) * 6e4 + Number(m[5] ?? 0) * 1e3)); }
  toMillis() { return L(this._ms); }
  toNanos() { return L(this._ms * 1e6); }
  getSeconds() { return L(Math.floor(this._ms / 1e3)); }
  toSeconds() { return this.getSeconds(); }
  toMinutes() { return L(this._ms / 6e4); }
  toHours() { return L(this._ms / 36e5); }
  toDays() { return L(this._ms / 864e5); }
  getNano() { return (((this._ms % 1000) + 1000) % 1000) * 1e6; }
  plus(o) { return new Duration(this._ms + o._ms); }
  minus(o) { return new Duration(this._ms - o._ms); }
  multipliedBy(n) { return new Duration(this._ms * N(n)); }
  plusMillis(n) { return new Duration(this._ms + N(n)); }
  plusSeconds(n) { return new Duration(this._ms + N(n) * 1e3); }
  plusMinutes(n) { return new Duration(this._ms + N(n) * 6e4); }
  plusHours(n) { return new Duration(this._ms + N(n) * 36e5); }
  abs() { return new Duration(Math.abs(this._ms)); }
  isNegative() { return this._ms < 0; }
  isZero() { return this._ms === 0; }
  compareTo(o) { return Math.sign(this._ms - o._ms); }
  $value() { return String(this._ms); }
  toString() {
    if (this._ms === 0) return "PT0S";
    const total = Math.trunc(this._ms / 1000), h = Math.trunc(total / 3600), m = Math.trunc((total % 3600) / 60), s = (this._ms - h * 36e5 - m * 6e4) / 1000;
    return "PT" + (h ? h + "H" : "") + (m ? m + "M" : "") + (s ? s + "S" : "");
  }
}
for (const [name, ms] of [["ofMillis", 1], ["ofSeconds", 1e3], ["ofMinutes", 6e4], ["ofHours", 36e5], ["ofDays", 864e5], ["ofNanos", 1e-6]]) Duration[name] = (n) => new Duration(N(n) * ms);
Duration.ZERO = new Duration(0);
known("java.time.Duration", Duration);
class Period extends JObject {
  constructor(y, m, d) { super(); this._y = y; this._m = m; this._d = d; }
  static of(y, m, d) { return new Period(N(y), N(m), N(d)); }
  static between(a, b) { let months = (b._f.year - a._f.year) * 12 + b._f.month - a._f.month; let p = a.plusMonths(months); if (p.$line() > b.$line() && months > 0) p = a.plusMonths(--months); return new Period(Math.trunc(months / 12), months % 12, Math.round((b.$line() - p.$line()) / 864e5)); }
  static parse(t) { const m = /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?$/i.exec(S(t)); if (!m) throw new E.DateTimeParseException("Text cannot be parsed to a Period"); return new Period(Number(m[1] ?? 0), Number(m[2] ?? 0), Number(m[3] ?? 0) * 7 + Number(m[4] ?? 0)); }
  static ofDays(n) { return new Period(0, 0, N(n)); }
  static ofWeeks(n) { return new Period(0, 0, N(n) * 7); }
  static ofMonths(n) { return new Period(0, N(n), 0); }
  static ofYears(n) { return new Period(N(n), 0, 0); }
  getYears() { return this._y; }
  getMonths() { return this._m; }
  getDays() { return this._d; }
  toTotalMonths() { return L(this._y * 12 + this._m); }
  $value() { return this.toString(); }
  toString() { const t = (this._y ? this._y + "Y" : "") + (this._m ? this._m + "M" : "") + (this._d ? this._d + "D" : ""); return "P" + (t || "0D"); }
}
known("java.time.Period", Period);
// What has fields: `_f` holds those of a date, of a time, or of both; `_z` a zone.
class Temporal extends JObject {
  constructor(f, zone) { super(); this._f = f; this._z = zone; }
  $fields() { return this._f; }
  $has(part) { return this._f[part] !== undefined; }
  $wall() { const f = this._f; return utcMillis(f.year ?? 1970, f.month ?? 0, f.day ?? 1, f.hour ?? 0, f.minute ?? 0, f.second ?? 0) + (f.nano ?? 0) / 1e6; }
  // A number by which two of a kind compare.
  $line() { return this._z === undefined ? this.$wall() : millisOf({ ...this._f, nano: 0 }, this._z) + (this._f.nano ?? 0) / 1e6; }
  $with(f) { return new this.constructor(f, this._z); }
  $fromWall(ms) {
    const whole = Math.floor(ms + 1e-9), d = fieldsOf(whole, "UTC");
    const nano = this._f.nano === undefined ? undefined : d.nano + Math.round((ms - whole) * 1e6);
    const f = {};
    for (const k of ["year", "month", "day", "weekday", "hour", "minute", "second"]) if (this._f[k] !== undefined) f[k] = d[k];
    if (nano !== undefined) f.nano = nano;
    return this.$zoned(f);
  }
  $zoned(f) {
    if (this._z === undefined) return this.$with(f);
    const ms = millisOf({ ...f, nano: 0 }, this._z);
    return this.$with({ ...fieldsOf(ms, this._z), nano: f.nano ?? 0, zone: this._z });
  }
  plus(n, unit) {
    if (n instanceof Duration) return this.$add(n._ms, "MILLIS");
    if (n instanceof Period) return this.$add(n._y * 12 + n._m, "MONTHS").$add(n._d, "DAYS");
    return this.$add(N(n), unit._name);
  }
  minus(n, unit) {
    if (n instanceof Duration) return this.$add(-n._ms, "MILLIS");
    if (n instanceof Period) return this.$add(-(n._y * 12 + n._m), "MONTHS").$add(-n._d, "DAYS");
    return this.$add(-N(n), unit._name);
  }
  $add(n, unit) {
    if (UNIT_MONTHS[unit]) {
      const m = this._f.year * 12 + this._f.month + n * UNIT_MONTHS[unit], year = Math.floor(m / 12), month = ((m % 12) + 12) % 12;
      return this.$dated({ year, month, day: Math.min(this._f.day, monthDays(year, month)) });
    }
    if (["NANOS", "MICROS"].includes(unit) && this._f.nano !== undefined) {
      const total = this._f.nano + n * (unit === "NANOS" ? 1 : 1000), carry = Math.floor(total / 1e9);
      return this.$fromWall(this.$wall() - this._f.nano / 1e6 + carry * 1000).$set({ nano: total - carry * 1e9 });
    }
    const days = ["DAYS", "WEEKS", "HALF_DAYS"].includes(unit);
    if (this._z !== undefined && !days) { const at = this.$line() + n * UNIT_MS[unit]; return this.$with({ ...fieldsOf(Math.floor(at), this._z), zone: this._z }); }
    return this.$fromWall(this.$wall() + n * UNIT_MS[unit]);
  }
  $set(f) { return this.$zoned({ ...this._f, ...f }); }
  $dated(f) { const g = { ...this._f, ...f }; g.weekday = new Date(utcMillis(g.year, g.month, g.day)).getUTCDay(); return this.$zoned(g); }
  with(field, v) { if (v === undefined) return field instanceof Temporal ? this.$set(field._f) : invoke(field, [this]); return this.$dated({ [FIELDS[field._name]]: field._name === "MONTH_OF_YEAR" ? N(v) - 1 : N(v) }); }
  until(o, unit) {
    const months = UNIT_MONTHS[unit._name];
    if (months) { const b = o._f; let m = (b.year - this._f.year) * 12 + b.month - this._f.month; const p = this.$add(m, "MONTHS"); if (m > 0 && p.$line() > o.$line()) m--; if (m < 0 && p.$line() < o.$line()) m++; return L(m / months); }
    return L((o.$line() - this.$line()) / UNIT_MS[unit._name]);
  }
  get(field) { const v = FIELDS[field._name]; return v === "month" ? this._f.month + 1 : v === "weekday" ? (this._f.weekday || 7) : v === "dayOfYear" ? dayOfYear(this._f) : v === "milli" ? Math.floor(this._f.nano / 1e6) : this._f[v]; }
  getLong(field) { return L(this.get(field)); }
  truncatedTo(unit) {
    const f = { ...this._f };
    const order = ["HOURS", "MINUTES", "SECONDS"];
    const i = unit._name === "DAYS" ? -1 : order.indexOf(unit._name);
    if (unit._name === "MILLIS") f.nano = Math.floor(f.nano / 1e6) * 1e6;
    else if (unit._name !== "NANOS") { f.nano = 0; if (i < 2) f.second = 0; if (i < 1) f.minute = 0; if (i < 0) f.hour = 0; }
    return this.$zoned(f);
  }
  format(f) { return (f instanceof DateTimeFormatter ? f : DateTimeFormatter.ofPattern(f)).format(this); }
  isBefore(o) { return this.$line() < o.$line(); }
  isAfter(o) { return this.$line() > o.$line(); }
  isEqual(o) { return this.$line() === o.$line(); }
  compareTo(o) { return Math.sign(this.$line() - o.$line()); }
  $value() { return this.toString(); }
  getYear() { return this._f.year; }
  getMonthValue() { return this._f.month + 1; }
  getMonth() { return Month.$values[this._f.month]; }
  getDayOfMonth() { return this._f.day; }
  getDayOfYear() { return dayOfYear(this._f); }
  getDayOfWeek() { return DayOfWeek.$values[(this._f.weekday + 6) % 7]; }
  getHour() { return this._f.hour; }
  getMinute() { return this._f.minute; }
  getSecond() { return this._f.second; }
  getNano() { return this._f.nano; }
  lengthOfMonth() { return monthDays(this._f.year, this._f.month); }
  lengthOfYear() { return monthDays(this._f.year, 1) === 29 ? 366 : 365; }
  isLeapYear() { return monthDays(this._f.year, 1) === 29; }
  next() { return this.$add(1, "DAYS"); }
  previous() { return this.$add(-1, "DAYS"); }
  $date() { const f = this._f; return `${f.year < 0 ? "-" : ""}${two_(Math.abs(f.year), 4)}-${two_(f.month + 1, 2)}-${two_(f.day, 2)}`; }
  $time() { const f = this._f; let t = `${two_(f.hour, 2)}:${two_(f.minute, 2)}`; if (f.second || f.nano) t += ":" + two_(f.second, 2); if (f.nano) t += "." + (f.nano % 1e6 === 0 ? two_(f.nano / 1e6, 3) : f.nano % 1e3 === 0 ? two_(f.nano / 1e3, 6) : two_(f.nano, 9)); return t; }
}
for (const [name, unit] of [["Years", "YEARS"], ["Months", "MONTHS"], ["Weeks", "WEEKS"], ["Days", "DAYS"], ["Hours", "HOURS"], ["Minutes", "MINUTES"], ["Seconds", "SECONDS"], ["Millis", "MILLIS"], ["Nanos", "NANOS"]]) {
  Temporal.prototype["plus" + name] = function (n) { return this.$add(N(n), unit); };
  Temporal.prototype["minus" + name] = function (n) { return this.$add(-N(n), unit); };
}
for (const [name, field, shift_] of [["Year", "year", 0], ["Month", "month", 1], ["DayOfMonth", "day", 0], ["Hour", "hour", 0], ["Minute", "minute", 0], ["Second", "second", 0], ["Nano", "nano", 0]]) Temporal.prototype["with" + name] = function (n) { const f = { [field]: N(n) - shift_ }; return field === "year" || field === "month" || field === "day" ? this.$dated(f) : this.$set(f); };
const dateFields = (y, m, d) => {
  if (m < 0 || m > 11) throw new E.DateTimeException(`Invalid value for MonthOfYear (valid values 1 - 12): ${m + 1}`);
  if (d < 1 || d > 31) throw new E.DateTimeException(`Invalid value for DayOfMonth (valid values 1 - 28/31): ${d}`);
  if (d > monthDays(y, m)) throw new E.DateTimeException(m === 1 && d === 29 ? `Invalid date 'February 29' as '${y}' is not a leap year` : `Invalid date '${MONTHS[m].toUpperCase()} ${d}'`);
  return { year: y, month: m, day: d, weekday: new Date(utcMillis(y, m, d)).getUTCDay() };
};
const monthOf = (m) => m instanceof Named ? m._ordinal : N(m) - 1;
const timeFields = (h, m = 0, s = 0, n = 0) => ({ hour: N(h), minute: N(m), second: N(s), nano: N(n) });
function readBy(text, formatter, standard) {
  const t = S(need(text));
  for (const p of formatter === undefined ? standard : [formatter._p]) {
    const f = parseFields(p, t, true);
    if (typeof f === "number") continue;
    if (f.year !== undefined) Object.assign(f, tryDate(f, t));
    if (f.hour !== undefined && (f.hour > 23 || (f.minute ?? 0) > 59 || (f.second ?? 0) > 59)) break;
    return f;
  }
  throw new E.DateTimeParseException(`Text '${t}' could not be parsed at index 0`);
}
function tryDate(f, t) { try { return dateFields(f.year, f.month ?? 0, f.day ?? 1); } catch (e) { throw new E.DateTimeParseException(`Text '${t}' could not be parsed: ${e.getMessage()}`); } }
const ISO_DATE = ["yyyy-MM-dd"];
const ISO_TIMES = ["HH:mm:ss.SSSSSSSSS", "HH:mm:ss.SSSSSS", "HH:mm:ss.SSS", "HH:mm:ss.SS", "HH:mm:ss.S", "HH:mm:ss", "HH:mm"];
const ISO_BOTH = ISO_TIMES.map((t) => "yyyy-MM-dd'T'" + t);
const ISO_ZONED = ISO_BOTH.map((t) => t + "XXX");
const dayPart = (f) => ({ year: f.year, month: f.month, day: f.day, weekday: f.weekday });
const clockPart = (f) => ({ hour: f.hour ?? 0, minute: f.minute ?? 0, second: f.second ?? 0, nano: f.nano ?? 0 });
const present = (z) => fieldsOf(now(), zoneId(z));
class LocalDate extends Temporal {
  static of(y, m, d) { return new LocalDate(dateFields(N(y), monthOf(m), N(d))); }
  static now(z) { return new LocalDate(dayPart(present(z))); }
  static parse(t, f) { return new LocalDate(dayPart(readBy(t, f, ISO_DATE))); }
  static ofEpochDay(n) { return new LocalDate(dayPart(fieldsOf(N(n) * 864e5, "UTC"))); }
  static from(t) { return t.toLocalDate(); }
  toEpochDay() { return L(Math.floor(this.$wall() / 864e5)); }
  atStartOfDay(z) { const d = new LocalDateTime({ ...this._f, ...clockPart({}) }); return z === undefined ? d : d.atZone(z); }
  atTime(h, m, s) { return new LocalDateTime({ ...this._f, ...(h instanceof Temporal ? h._f : timeFields(h, m, s)) }); }
  toLocalDate() { return this; }
  datesUntil(o) { const out = []; for (let d = this; d.isBefore(o) && out.length < 100000; d = d.$add(1, "DAYS")) out.push(d); return new Stream(out); }
  minus(o, u) { return o instanceof LocalDate ? L((this.$wall() - o.$wall()) / 864e5) : u === undefined && isNumber(o) ? this.$add(-N(o), "DAYS") : super.minus(o, u); }
  plus(o, u) { return u === undefined && isNumber(o) ? this.$add(N(o), "DAYS") : super.plus(o, u); }
  toString() { return this.$date(); }
}
known("java.time.LocalDate", LocalDate);
class LocalTime extends Temporal {
  static of(h, m, s, n) { return new LocalTime(timeFields(h, m, s, n)); }
  static now(z) { return new LocalTime(clockPart(present(z))); }
  static parse(t, f) { return new LocalTime(clockPart(readBy(t, f, ISO_TIMES))); }
  static ofSecondOfDay(n) { return new LocalTime(clockPart(fieldsOf(N(n) * 1000, "UTC"))); }
  toSecondOfDay() { return this._f.hour * 3600 + this._f.minute * 60 + this._f.second; }
  toNanoOfDay() { return BigInt(this.toSecondOfDay()) * 1000000000n + BigInt(this._f.nano); }
  atDate(d) { return d.atTime(this); }
  toString() { return this.$time(); }
}
known("java.time.LocalTime", LocalTime);
LocalTime.MIDNIGHT = LocalTime.of(0, 0); LocalTime.NOON = LocalTime.of(12, 0); LocalTime.MIN = LocalTime.MIDNIGHT; LocalTime.MAX = LocalTime.of(23, 59, 59, 999999999);
class LocalDateTime extends Temporal {
  static of(y, m, d, h, mi, s, n) { if (y instanceof Temporal) return y.atTime(m); return new LocalDateTime({ ...dateFields(N(y), monthOf(m), N(d)), ...timeFields(h, mi, s, n) }); }
  static now(z) { const f = present(z); return new LocalDateTime({ ...dayPart(f), ...clockPart(f) }); }
  static parse(t, f) { const p = readBy(t, f, ISO_BOTH); if (p.hour === undefined || p.year === undefined) throw new E.DateTimeParseException(`Text '${S(t)}' could not be parsed: Unable to obtain LocalDateTime from TemporalAccessor`); return new LocalDateTime({ ...dayPart(p), ...clockPart(p) }); }
  static ofInstant(i, z) { const f = fieldsOf(i._t, zoneId(z)); return new LocalDateTime({ ...dayPart(f), ...clockPart(f) }); }
  static ofEpochSecond(s, n, z) { const f = fieldsOf(N(s) * 1000, zoneId(z)); return new LocalDateTime({ ...dayPart(f), ...clockPart({ ...f, nano: N(n) }) }); }
  toLocalDate() { return new LocalDate(dayPart(this._f)); }
  toLocalTime() { return new LocalTime(clockPart(this._f)); }
  atZone(z) { const id = zoneId(z); return new ZonedDateTime({}, id).$zoned(this._f); }
  atOffset(z) { return this.atZone(z); }
  toInstant(z) { return new Instant(millisOf(this._f, zoneId(z)), 0); }
  toEpochSecond(z) { return L(Math.floor(millisOf(this._f, zoneId(z)) / 1000)); }
  toString() { return this.$date() + "T" + this.$time(); }
}
known("java.time.LocalDateTime", LocalDateTime);
class ZonedDateTime extends Temporal {
  static of(...a) { const z = zoneId(a.pop()); return LocalDateTime.of(...a).atZone(z); }
  static now(z) { const id = zoneId(z); return new this({ ...present(z), zone: id }, id); }
  static parse(t, f) { const s = S(t).replace(/\[.*\]$/, ""); const p = readBy(s, f, ISO_ZONED); const named = /\[(.*)\]$/.exec(S(t)); const id = named?.[1] ?? (p.zone === "UTC" ? "Z" : p.zone ?? "default"); return new this({}, id).$zoned({ ...dayPart(p), ...clockPart(p) }); }
  static ofInstant(i, z) { const id = zoneId(z); return new this({ ...fieldsOf(i._t, id), zone: id }, id); }
  $zoned(f) { const ms = millisOf({ ...f, nano: 0 }, this._z); return new this.constructor({ ...fieldsOf(ms, this._z), nano: f.nano ?? 0, zone: this._z }, this._z); }
  toInstant() { return new Instant(Math.floor(this.$line()), 0); }
  toEpochSecond() { return L(Math.floor(this.$line() / 1000)); }
  toLocalDate() { return new LocalDate(dayPart(this._f)); }
  toLocalTime() { return new LocalTime(clockPart(this._f)); }
  toLocalDateTime() { return new LocalDateTime({ ...dayPart(this._f), ...clockPart(this._f) }); }
  toOffsetDateTime() { const zone = offsetZone(this._f.offset)._id; return new OffsetDateTime({ ...this._f, zone }, zone); }
  toZonedDateTime() { return this; }
  withZoneSameInstant(z) { return ZonedDateTime.ofInstant(this.toInstant(), z); }
  withOffsetSameInstant(z) { return this.withZoneSameInstant(z); }
  withZoneSameLocal(z) { return this.toLocalDateTime().atZone(z); }
  getZone() { return new TimeZone(this._z); }
  getOffset() { return offsetZone(this._f.offset); }
  toString() { const offset = this._f.offset === 0 ? "Z" : offsetText(this._f.offset, true); const id = this.getZone().getID(), named = /[A-Za-z]{2}/.test(id) ? `[${id}]` : ""; return this.$date() + "T" + this.$time() + offset + named; }
}
known("java.time.ZonedDateTime", ZonedDateTime);
class OffsetDateTime extends ZonedDateTime { static now(z) { return ZonedDateTime.now(z).toOffsetDateTime(); } }
known("java.time.OffsetDateTime", OffsetDateTime, (v) => v instanceof ZonedDateTime);
class Instant extends JObject {
  constructor(t, nano) { super(); this._t = t; }
  static now() { return new Instant(now()); }
  static ofEpochMilli(t) { return new Instant(N(t)); }
  static ofEpochSecond(t) { return new Instant(N(t) * 1000); }
  static parse(t) { return ZonedDateTime.parse(t).toInstant(); }
  $line() { return this._t; }
  toEpochMilli() { return L(this._t); }
  getEpochSecond() { return L(Math.floor(this._t / 1000)); }
  getNano() { return (((this._t % 1000) + 1000) % 1000) * 1e6; }
  plus(n, u) { return new Instant(this._t + (n instanceof Duration ? n._ms : N(n) * UNIT_MS[u._name])); }
  minus(n, u) { return new Instant(this._t - (n instanceof Duration ? n._ms : N(n) * UNIT_MS[u._name])); }
  plusMillis(n) { return new Instant(this._t + N(n)); }
  plusSeconds(n) { return new Instant(this._t + N(n) * 1e3); }
  minusMillis(n) { return new Instant(this._t - N(n)); }
  minusSeconds(n) { return new Instant(this._t - N(n) * 1e3); }
  truncatedTo(u) { const ms = UNIT_MS[u._name]; return ms < 1 ? this : new Instant(Math.floor(this._t / ms) * ms); }
  until(o, u) { return L((o._t - this._t) / UNIT_MS[u._name]); }
  atZone(z) { return ZonedDateTime.ofInstant(this, z); }
  atOffset(z) { return this.atZone(z); }
  isBefore(o) { return this._t < o._t; }
  isAfter(o) { return this._t > o._t; }
  compareTo(o) { return Math.sign(this._t - o._t); }
  $value() { return String(this._t); }
  toString() { const d = ZonedDateTime.ofInstant(this, "UTC"); const f = d._f; return `${d.$date()}T${two_(f.hour, 2)}:${two_(f.minute, 2)}:${two_(f.second, 2)}${f.nano ? "." + two_(f.nano / 1e6, 3) : ""}Z`; }
}
known("java.time.Instant", Instant);
class DateTimeFormatter extends JObject {
  constructor(p, z) { super(); this._p = p; this._z = z; }
  static ofPattern(p) { pieces(S(p)); return new DateTimeFormatter(S(p)); }
  withZone(z) { return new DateTimeFormatter(this._p, zoneId(z)); }
  withLocale() { return this; }
  format(t) { const f = t instanceof Instant ? fieldsOf(t._t, this._z ?? (() => { throw new E.DateTimeException("Unsupported field: YearOfEra"); })()) : t._f; return this._special ? this._special(t) : formatFields(this._p, f, true); }
  parse(t) { const f = readBy(t, this, []); return f.hour === undefined ? new LocalDate(dayPart(f)) : new LocalDateTime({ ...dayPart(f), ...clockPart(f) }); }
  toString() { return this._p; }
}
for (const [name, p] of [["ISO_LOCAL_DATE", "yyyy-MM-dd"], ["ISO_DATE", "yyyy-MM-dd"], ["BASIC_ISO_DATE", "yyyyMMdd"], ["ISO_LOCAL_TIME", "HH:mm:ss"], ["RFC_1123_DATE_TIME", "EEE, d MMM yyyy HH:mm:ss 'GMT'"]]) DateTimeFormatter[name] = new DateTimeFormatter(p);
for (const [name, p] of [["ISO_LOCAL_DATE_TIME", ISO_BOTH[5]], ["ISO_DATE_TIME", ISO_BOTH[5]], ["ISO_OFFSET_DATE_TIME", ISO_ZONED[5]], ["ISO_ZONED_DATE_TIME", ISO_ZONED[5]], ["ISO_INSTANT", ISO_ZONED[5]]]) {
  const f = DateTimeFormatter[name] = new DateTimeFormatter(p);
  f._special = (t) => t instanceof Instant ? t.toString() : t.$date() + "T" + t.$time().replace(/^(\d\d:\d\d)$/, "$1:00") + (name.includes("LOCAL") || t._f.offset === undefined ? "" : t._f.offset === 0 ? "Z" : offsetText(t._f.offset, true));
}
known("java.time.format.DateTimeFormatter", DateTimeFormatter);
kind("java.time.temporal.TemporalAdjusters", () => false, { firstDayOfMonth: () => fnOf((d) => d.$dated({ day: 1 }), 1), lastDayOfMonth: () => fnOf((d) => d.$dated({ day: d.lengthOfMonth() }), 1), firstDayOfNextMonth: () => fnOf((d) => d.$dated({ day: 1 }).$add(1, "MONTHS"), 1), firstDayOfYear: () => fnOf((d) => d.$dated({ month: 0, day: 1 }), 1), next: (w) => fnOf((d) => { do d = d.$add(1, "DAYS"); while (d.getDayOfWeek() !== w); return d; }, 1), previous: (w) => fnOf((d) => { do d = d.$add(-1, "DAYS"); while (d.getDayOfWeek() !== w); return d; }, 1) });
class Clock extends JObject { static systemUTC() { return new Clock(); } static systemDefaultZone() { return new Clock(); } millis() { return L(now()); } instant() { return Instant.now(); } }
known("java.time.Clock", Clock);
