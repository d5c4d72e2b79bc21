// Intl in American English: NumberFormat, DateTimeFormat, PluralRules, and the toLocaleString of numbers and dates.
// Time zones are UTC, fixed offsets and the machine's own.
export function make() {
  const LOCALE = "en-US";
  const NBSP = "\u00a0";
  const tag = (constructor, name) =>
    Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });
  const optionsOf = (options) => {
    if (options === undefined) return {};
    if (options === null) throw new TypeError("options must not be null");
    return Object(options);
  };
  const choice = (options, name, known, otherwise) => {
    const value = options[name];
    if (value === undefined) return otherwise;
    const text = typeof value === "boolean" ? value : `${value}`;
    if (!known.includes(text)) throw new RangeError(`'${text}' is out of range for ${name}: ${known.join(", ")}`);
    return text;
  };
  const digits = (options, name, least, most, otherwise) => {
    const value = options[name];
    if (value === undefined) return otherwise;
    const number = Number(value);
    if (!(number >= least && number <= most)) throw new RangeError(`${name} is ${least} to ${most}, not ${value}`);
    return Math.floor(number);
  };
  // Locales must be well-formed; all of them come out as American English.
  const checkLocales = (locales) => {
    if (locales === undefined) return [];
    const list = typeof locales === "string" ? [locales] : Array.from(Object(locales));
    for (const locale of list) {
      if (typeof locale !== "string" && typeof locale !== "object") throw new TypeError("a locale must be a text");
      if (!/^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$/.test(`${locale}`)) {
        throw new RangeError(`Incorrect locale information provided: '${locale}'`);
      }
    }
    return list;
  };
  // `EN-us` is written `en-US`, `zh-hans` is `zh-Hans`; behind a single letter all is small.
  const canonical = (locale) => {
    const [language, ...rest] = `${locale}`.toLowerCase().split(/[-_]/);
    const single = rest.findIndex((part) => part.length === 1);
    const spelt = rest.map((part, at) => {
      if (single >= 0 && at >= single) return part;
      if (part.length === 4 && /^[a-z]/.test(part)) return part[0].toUpperCase() + part.slice(1);
      return part.length === 2 ? part.toUpperCase() : part;
    });
    return [language, ...spelt].join("-");
  };
  const supportedLocalesOf = (locales) => checkLocales(locales).filter((locale) => /^en\b/i.test(`${locale}`));
  const joined = (parts) => parts.map((part) => part.value).join("");

  // --- numbers

  const SYMBOLS = {
    USD: "$", EUR: "€", GBP: "£", JPY: "¥", INR: "₹", CNY: "CN¥", KRW: "₩", CAD: "CA$", AUD: "A$", MXN: "MX$",
    NZD: "NZ$", BRL: "R$", ILS: "₪", VND: "₫", HKD: "HK$", TWD: "NT$", PHP: "₱",
  };
  const WITHOUT_CENTS = ["JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "RWF", "XAF", "XOF", "XPF"];
  const THOUSANDTHS = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
  const NAMES = { USD: "US dollar", EUR: "euro", GBP: "British pound", JPY: "Japanese yen" };
  const centsOf = (currency) => (WITHOUT_CENTS.includes(currency) ? 0 : THOUSANDTHS.includes(currency) ? 3 : 2);

  // The text of a value from zero, rounded half away from zero, with as many decimals.
  const fixed = (value, least, most) => {
    if (typeof value === "bigint") return least > 0 ? `${value}.${"0".repeat(least)}` : `${value}`;
    const text = value < 1e21 ? value.toFixed(most) : BigInt(value).toString() + (most > 0 ? `.${"0".repeat(most)}` : "");
    if (most === 0) return text;
    let [whole, fraction] = text.split(".");
    while (fraction.length > least && fraction.endsWith("0")) fraction = fraction.slice(0, -1);
    return fraction === "" ? whole : `${whole}.${fraction}`;
  };
  const significant = (value, least, most) => {
    if (Number(value) === 0) return fixed(0, least - 1, least - 1);
    const rounded = Number(Number(value).toPrecision(most));
    const exponent = Number(rounded.toExponential().split("e")[1]);
    return fixed(rounded, Math.min(100, Math.max(0, least - 1 - exponent)), Math.min(100, Math.max(0, most - 1 - exponent)));
  };
  const SCALES = [[1e12, "T", "trillion"], [1e9, "B", "billion"], [1e6, "M", "million"], [1e3, "K", "thousand"]];

  class NumberFormat {
    #o;
    #format = undefined;

    constructor(locales, options) {
      // As the standard has it, this one is a function, too.
      checkLocales(locales);
      const given = optionsOf(options);
      const style = choice(given, "style", ["decimal", "percent", "currency"], "decimal");
      const currency = given.currency === undefined ? undefined : `${given.currency}`.toUpperCase();
      if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) throw new RangeError(`Invalid currency code: ${given.currency}`);
      if (style === "currency" && currency === undefined) throw new TypeError("a style of currency needs a currency");
      const notation = choice(given, "notation", ["standard", "compact"], "standard");
      const least = style === "currency" ? centsOf(currency) : 0;
      const most = style === "currency" ? least : style === "percent" || notation === "compact" ? 0 : 3;
      let minimum = digits(given, "minimumFractionDigits", 0, 100, undefined);
      let maximum = digits(given, "maximumFractionDigits", 0, 100, undefined);
      if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
        throw new RangeError("minimumFractionDigits is above maximumFractionDigits");
      }
      minimum ??= Math.min(notation === "compact" ? 0 : least, maximum ?? Infinity);
      const rounds = maximum !== undefined || given.minimumFractionDigits !== undefined;
      maximum ??= Math.max(most, minimum);
      const low = digits(given, "minimumSignificantDigits", 1, 21, undefined);
      const high = digits(given, "maximumSignificantDigits", low ?? 1, 21, undefined);
      this.#o = {
        style,
        currency,
        currencyDisplay: choice(given, "currencyDisplay", ["symbol", "narrowSymbol", "code", "name"], "symbol"),
        currencySign: choice(given, "currencySign", ["standard", "accounting"], "standard"),
        notation,
        compactDisplay: choice(given, "compactDisplay", ["short", "long"], "short"),
        signDisplay: choice(given, "signDisplay", ["auto", "always", "never", "exceptZero", "negative"], "auto"),
        useGrouping: choice(given, "useGrouping", [true, false, "auto", "always", "min2", "true", "false"], "auto"),
        minimumIntegerDigits: digits(given, "minimumIntegerDigits", 1, 21, 1),
        minimumFractionDigits: minimum,
        maximumFractionDigits: maximum,
        significant: low === undefined && high === undefined ? undefined : [low ?? 1, high ?? 21],
        rounds,
      };
    }

    static supportedLocalesOf(locales) {
      return supportedLocalesOf(locales);
    }

    get format() {
      this.#format ??= (value) => joined(this.formatToParts(value));
      return this.#format;
    }

    formatToParts(value) {
      const o = this.#o;
      const number = typeof value === "bigint" ? value : Number(value);
      const negative = number < 0 || Object.is(number, -0);
      let size = negative ? -number : number;
      if (o.style === "percent") size = typeof size === "bigint" ? size * 100n : size * 100;
      const parts = this.#body(size);
      const zero = parts.every(({ type, value: text }) => (type !== "integer" && type !== "fraction") || /^0*$/.test(text));
      const nan = Number.isNaN(number);
      const sign = { auto: negative, always: true, never: false, exceptZero: !zero && !nan, negative: negative && !zero }[o.signDisplay];
      if (o.style === "percent") parts.push({ type: "percentSign", value: "%" });
      const money = o.style === "currency" ? this.#withCurrency(parts, size) : parts;
      if (!sign) return money;
      if (negative && o.style === "currency" && o.currencySign === "accounting") {
        return [{ type: "literal", value: "(" }, ...money, { type: "literal", value: ")" }];
      }
      return [negative ? { type: "minusSign", value: "-" } : { type: "plusSign", value: "+" }, ...money];
    }

    #body(size) {
      if (Number.isNaN(size)) return [{ type: "nan", value: "NaN" }];
      if (size === Infinity) return [{ type: "infinity", value: "∞" }];
      if (this.#o.notation !== "compact") return this.#digits(size, this.#text(size));
      let scaled = Number(size);
      // What rounds up to a thousand is one of the next scale.
      let scale = SCALES.find(([from]) => scaled >= from * 0.9995 && this.#short(scaled / from) >= 1);
      if (scale) scaled /= scale[0];
      const parts = this.#digits(scaled, this.#o.significant || this.#o.rounds ? this.#text(scaled) : `${this.#short(scaled)}`);
      if (scale && this.#o.compactDisplay === "short") parts.push({ type: "compact", value: scale[1] });
      else if (scale) parts.push({ type: "literal", value: " " }, { type: "compact", value: scale[2] });
      return parts;
    }

    // Two significant digits below a hundred, none behind the point from there.
    #short(value) {
      return value < 100 ? Number(significant(value, 1, 2)) : Number(fixed(value, 0, 0));
    }

    #text(size) {
      const o = this.#o;
      if (o.significant) return significant(size, ...o.significant);
      return fixed(size, o.minimumFractionDigits, o.maximumFractionDigits);
    }

    #digits(size, text) {
      const { minimumIntegerDigits, useGrouping, notation } = this.#o;
      const [whole, fraction] = text.split(".");
      const integer = whole.padStart(minimumIntegerDigits, "0");
      const parts = [];
      const least = useGrouping === "min2" || (notation === "compact" && useGrouping === "auto") ? 5 : 4;
      if (useGrouping === false || useGrouping === "false" || integer.length < least) {
        parts.push({ type: "integer", value: integer });
      } else {
        let at = integer.length % 3 || 3;
        parts.push({ type: "integer", value: integer.slice(0, at) });
        for (; at < integer.length; at += 3) {
          parts.push({ type: "group", value: "," }, { type: "integer", value: integer.slice(at, at + 3) });
        }
      }
      if (fraction !== undefined) parts.push({ type: "decimal", value: "." }, { type: "fraction", value: fraction });
      return parts;
    }

    #withCurrency(parts, size) {
      const { currency, currencyDisplay } = this.#o;
      if (currencyDisplay === "name") {
        const known = NAMES[currency];
        const name = known === undefined ? currency : known.endsWith("yen") || joined(parts) === "1" || joined(parts) === "1.00" ? known : `${known}s`;
        return [...parts, { type: "literal", value: " " }, { type: "currency", value: name }];
      }
      let symbol = currencyDisplay === "code" ? currency : SYMBOLS[currency] || currency;
      if (currencyDisplay === "narrowSymbol" && symbol !== currency) symbol = symbol.replace(/^[A-Z]+/, "");
      const space = /[A-Za-z]$/.test(symbol) ? [{ type: "literal", value: NBSP }] : [];
      return [{ type: "currency", value: symbol }, ...space, ...parts];
    }

    resolvedOptions() {
      const { significant: both, rounds, ...rest } = this.#o;
      const shown = { locale: LOCALE, numberingSystem: "latn", ...rest };
      if (both) [shown.minimumSignificantDigits, shown.maximumSignificantDigits] = both;
      if (rest.style !== "currency") {
        delete shown.currency;
        delete shown.currencyDisplay;
        delete shown.currencySign;
      }
      if (rest.notation !== "compact") delete shown.compactDisplay;
      return shown;
    }
  }
  tag(NumberFormat, "Intl.NumberFormat");

  // --- plurals

  class PluralRules {
    #type;
    #numbers;
    constructor(locales, options) {
      checkLocales(locales);
      const given = optionsOf(options);
      this.#type = choice(given, "type", ["cardinal", "ordinal"], "cardinal");
      this.#numbers = new NumberFormat(locales, { ...given, style: "decimal", notation: "standard", useGrouping: false });
    }
    static supportedLocalesOf(locales) {
      return supportedLocalesOf(locales);
    }
    select(value) {
      // What counts is what is written: "1.0 hours".
      const text = this.#numbers.format(Math.abs(Number(value)));
      if (this.#type === "cardinal") return text === "1" ? "one" : "other";
      if (!/^\d+$/.test(text) || /1[123]$/.test(text)) return "other";
      return { 1: "one", 2: "two", 3: "few" }[text.at(-1)] || "other";
    }
    resolvedOptions() {
      const plural = this.#type === "cardinal" ? ["one", "other"] : ["few", "one", "two", "other"];
      return { locale: LOCALE, type: this.#type, pluralCategories: plural };
    }
  }
  tag(PluralRules, "Intl.PluralRules");

  // --- dates

  const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  const MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
  ];
  const two = (value) => String(value).padStart(2, "0");

  const offsetText = (minutes) => `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  // Whole minutes east of UTC; `undefined` stands for the machine's own zone.
  const zoneOf = (name) => {
    if (name === undefined) return { minutes: undefined, name: undefined };
    const text = `${name}`;
    if (/^(utc|gmt|etc\/utc|etc\/gmt)$/i.test(text)) return { minutes: 0, name: "UTC" };
    const offset = /^([+-])(\d\d):?(\d\d)?$/.exec(text);
    if (!offset || Number(offset[2]) > 23 || Number(offset[3] || 0) > 59) {
      throw new RangeError(`time zone '${text}' is not offered: there are UTC, offsets such as +05:30 and the machine's own`);
    }
    const minutes = (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3] || 0));
    return { minutes, name: offsetText(minutes) };
  };
  const shortZone = (minutes) => {
    if (minutes === 0) return "UTC";
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `GMT${minutes < 0 ? "-" : "+"}${hours}${rest === 0 ? "" : `:${two(rest)}`}`;
  };
  const DATE_STYLES = {
    full: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
    long: { year: "numeric", month: "long", day: "numeric" },
    medium: { year: "numeric", month: "short", day: "numeric" },
    short: { year: "2-digit", month: "numeric", day: "numeric" },
  };
  const TIME_STYLES = {
    full: { hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "long" },
    long: { hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "short" },
    medium: { hour: "numeric", minute: "2-digit", second: "2-digit" },
    short: { hour: "numeric", minute: "2-digit" },
  };
  const DATE_FIELDS = ["weekday", "year", "month", "day"];
  const TIME_FIELDS = ["dayPeriod", "hour", "minute", "second", "fractionalSecondDigits"];
  const WIDTHS = {
    weekday: ["long", "short", "narrow"],
    era: ["long", "short", "narrow"],
    year: ["numeric", "2-digit"],
    month: ["numeric", "2-digit", "long", "short", "narrow"],
    day: ["numeric", "2-digit"],
    hour: ["numeric", "2-digit"],
    minute: ["numeric", "2-digit"],
    second: ["numeric", "2-digit"],
    timeZoneName: ["long", "short", "shortOffset", "longOffset"],
  };

  let withDefaults;
  class DateTimeFormat {
    #fields = {};
    #styles;
    #zone;
    #hour12;
    #format = undefined;

    static {
      // Which fields there are when none is asked for: those of a date, of a time, or both.
      withDefaults = (options, needs) => {
        const given = optionsOf(options);
        if (given.dateStyle !== undefined || given.timeStyle !== undefined) return given;
        const asked = [...(needs === "time" ? [] : DATE_FIELDS), ...(needs === "date" ? [] : TIME_FIELDS)];
        if (asked.some((field) => given[field] !== undefined)) return given;
        const date = { year: "numeric", month: "numeric", day: "numeric" };
        const time = { hour: "numeric", minute: "2-digit", second: "2-digit" };
        return { ...(needs === "time" ? {} : date), ...(needs === "date" ? {} : time), ...given };
      };
    }

    constructor(locales, options) {
      checkLocales(locales);
      const given = optionsOf(options);
      const dateStyle = choice(given, "dateStyle", ["full", "long", "medium", "short"], undefined);
      const timeStyle = choice(given, "timeStyle", ["full", "long", "medium", "short"], undefined);
      this.#styles = { dateStyle, timeStyle };
      this.#zone = zoneOf(given.timeZone);
      for (const name of Object.keys(WIDTHS)) {
        const width = choice(given, name, WIDTHS[name], undefined);
        if (width !== undefined) this.#fields[name] = width;
      }
      const fraction = digits(given, "fractionalSecondDigits", 1, 3, undefined);
      if (fraction !== undefined) this.#fields.fractionalSecondDigits = fraction;
      if (dateStyle !== undefined || timeStyle !== undefined) {
        if (Object.keys(this.#fields).length > 0) throw new TypeError("dateStyle and timeStyle go without single fields");
        this.#fields = { ...DATE_STYLES[dateStyle], ...TIME_STYLES[timeStyle] };
      } else if (![...DATE_FIELDS, ...TIME_FIELDS].some((name) => this.#fields[name] !== undefined)) {
        this.#fields = { year: "numeric", month: "numeric", day: "numeric", ...this.#fields };
      }
      const cycle = choice(given, "hourCycle", ["h11", "h12", "h23", "h24"], undefined);
      this.#hour12 = given.hour12 === undefined ? cycle === undefined || cycle === "h12" || cycle === "h11" : Boolean(given.hour12);
    }

    static supportedLocalesOf(locales) {
      return supportedLocalesOf(locales);
    }

    get format() {
      this.#format ??= (date) => joined(this.formatToParts(date));
      return this.#format;
    }

    #clock(date) {
      const time = date === undefined ? Date.now() : Number(date);
      if (!(Math.abs(time) <= 8.64e15)) throw new RangeError("Invalid time value");
      const zone = this.#zone.minutes ?? -new Date(time).getTimezoneOffset();
      return { at: new Date(time + zone * 60000), zone };
    }

    formatToParts(date) {
      const { at, zone } = this.#clock(date);
      const [day, time] = [this.#date(at), this.#time(at)];
      if (this.#fields.timeZoneName) {
        const name = this.#fields.timeZoneName;
        let text = shortZone(zone);
        if (name === "long") text = zone === 0 ? "Coordinated Universal Time" : `GMT${offsetText(zone)}`;
        if (name === "longOffset") text = zone === 0 ? "GMT" : `GMT${offsetText(zone)}`;
        if (name === "shortOffset" && zone === 0) text = "GMT";
        const before = time.length > 0 ? " " : ", ";
        time.push({ type: "literal", value: day.length + time.length > 0 ? before : "" }, { type: "timeZoneName", value: text });
      }
      if (day.length === 0 || time.length === 0) return [...day, ...time];
      const { dateStyle, timeStyle } = this.#styles;
      const wordy = timeStyle !== undefined && (dateStyle === "full" || dateStyle === "long");
      const only = time[0].type === "literal" ? "" : wordy ? " at " : ", ";
      return only === "" ? [...day, ...time] : [...day, { type: "literal", value: only }, ...time];
    }

    #date(at) {
      const { weekday, year, month, day } = this.#fields;
      const cut = (name, width) => (width === "long" ? name : name.slice(0, width === "short" ? 3 : 1));
      const parts = [];
      const add = (before, type, value) => {
        if (parts.length > 0) parts.push({ type: "literal", value: before });
        parts.push({ type, value });
      };
      if (weekday) add("", "weekday", cut(DAYS[at.getUTCDay()], weekday));
      const full = at.getUTCFullYear();
      const years = year === "2-digit" ? two(Math.abs(full) % 100) : String(full);
      const days = day === "2-digit" ? two(at.getUTCDate()) : String(at.getUTCDate());
      const named = month && month !== "numeric" && month !== "2-digit";
      if (named) {
        add(", ", "month", cut(MONTHS[at.getUTCMonth()], month));
        if (day) add(" ", "day", days);
        if (year) add(day ? ", " : " ", "year", years);
        return parts;
      }
      let between = ", ";
      if (month) {
        const number = at.getUTCMonth() + 1;
        add(between, "month", month === "2-digit" ? two(number) : String(number));
        between = "/";
      }
      if (day) {
        if (weekday && !month && !year) return [{ type: "day", value: days }, { type: "literal", value: " " }, ...parts];
        add(between, "day", days);
        between = "/";
      }
      if (year) add(between, "year", years);
      return parts;
    }

    #time(at) {
      const { hour, minute, second, fractionalSecondDigits: fraction } = this.#fields;
      const parts = [];
      const add = (before, type, value) => {
        if (parts.length > 0) parts.push({ type: "literal", value: before });
        parts.push({ type, value });
      };
      const hours = at.getUTCHours();
      if (hour) {
        const shown = this.#hour12 ? hours % 12 || 12 : hours;
        add("", "hour", hour === "2-digit" || !this.#hour12 ? two(shown) : String(shown));
      }
      const alone = !hour && !second;
      if (minute) add(":", "minute", alone && minute === "numeric" ? String(at.getUTCMinutes()) : two(at.getUTCMinutes()));
      if (second) {
        const single = !hour && !minute && second === "numeric";
        add(":", "second", single ? String(at.getUTCSeconds()) : two(at.getUTCSeconds()));
      }
      if (fraction) add(".", "fractionalSecond", String(at.getUTCMilliseconds()).padStart(3, "0").slice(0, fraction));
      if (hour && this.#hour12) add(" ", "dayPeriod", hours < 12 ? "AM" : "PM");
      return parts;
    }

    formatRange(start, end) {
      const [from, to] = [this.format(start), this.format(end)];
      return from === to ? from : `${from} – ${to}`;
    }

    resolvedOptions() {
      const own = -new Date().getTimezoneOffset();
      const shown = {
        locale: LOCALE,
        calendar: "gregory",
        numberingSystem: "latn",
        timeZone: this.#zone.name ?? (own === 0 ? "UTC" : offsetText(own)),
      };
      if (this.#fields.hour) {
        shown.hourCycle = this.#hour12 ? "h12" : "h23";
        shown.hour12 = this.#hour12;
      }
      const { dateStyle, timeStyle } = this.#styles;
      if (dateStyle !== undefined) shown.dateStyle = dateStyle;
      if (timeStyle !== undefined) shown.timeStyle = timeStyle;
      return dateStyle === undefined && timeStyle === undefined ? { ...shown, ...this.#fields } : shown;
    }
  }
  tag(DateTimeFormat, "Intl.DateTimeFormat");

  // Both may be called without `new`.
  const callable = (constructor) =>
    new Proxy(constructor, { apply: (target, _, given) => new target(...given) });
  const Intl = {
    DateTimeFormat: callable(DateTimeFormat),
    NumberFormat: callable(NumberFormat),
    PluralRules,
    getCanonicalLocales: (locales) => [...new Set(checkLocales(locales).map(canonical))],
  };
  Object.defineProperty(Intl, Symbol.toStringTag, { value: "Intl", configurable: true });

  const numberText = (value, locales, options) => new NumberFormat(locales, options).format(value);
  // What k6 writes when nothing is asked for.
  const PLAIN_DATE = { year: "numeric", month: "2-digit", day: "2-digit" };
  const PLAIN_TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
  const plain = { date: PLAIN_DATE, time: PLAIN_TIME, any: { ...PLAIN_DATE, ...PLAIN_TIME } };
  const dateText = (needs) => (value, locales, options) => {
    if (Number.isNaN(Number(value))) return "Invalid Date";
    const given = locales === undefined && options === undefined ? plain[needs] : withDefaults(options, needs);
    return new DateTimeFormat(locales, given).format(value);
  };
  const locale = {
    toLocaleString: dateText("any"),
    toLocaleDateString: dateText("date"),
    toLocaleTimeString: dateText("time"),
  };
  return { Intl, numberText, ...locale };
}
