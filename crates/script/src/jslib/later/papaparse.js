// Delimited text to rows and back, the part of papaparse that works. Input is text: there is nothing to stream.

const BYTE_ORDER_MARK = "\ufeff";
const GUESSES = [",", "\t", "|", ";", "\u001e", "\u001f"];

// Cuts text into rows of fields. Errors say where quotes are wrong.
class Cutter {
  constructor(text, delimiter, newline, settings) {
    Object.assign(this, { text, delimiter, newline, at: 0, rows: [], errors: [] });
    Object.assign(this, { nextDelimiter: -1, nextNewline: -1 });
    const { quoteChar = '"', escapeChar, comments, preview = 0 } = settings;
    this.quote = quoteChar === null ? undefined : quoteChar;
    this.escape = escapeChar ?? this.quote;
    this.comment = comments === true ? "#" : comments || undefined;
    this.limit = preview > 0 ? preview : Infinity;
  }

  all() {
    const { text } = this;
    while (this.at < text.length && this.rows.length < this.limit) {
      if (this.comment && text.startsWith(this.comment, this.at)) {
        const end = text.indexOf(this.newline, this.at);
        this.at = end < 0 ? text.length : end + this.newline.length;
      } else {
        this.rows.push(this.row());
      }
    }
    this.truncated = this.at < text.length;
    // A line break at the very end begins one more, empty row.
    if (!this.truncated && text.endsWith(this.newline) && this.rows.length < this.limit) this.rows.push([""]);
    return this;
  }

  row() {
    const fields = [];
    for (;;) {
      const quoted = this.quote !== undefined && this.text.startsWith(this.quote, this.at);
      fields.push(quoted ? this.quotedField() : this.plainField());
      if (this.text.startsWith(this.delimiter, this.at)) {
        this.at += this.delimiter.length;
        if (this.at >= this.text.length) return [...fields, ""];
      } else {
        if (this.text.startsWith(this.newline, this.at)) this.at += this.newline.length;
        return fields;
      }
    }
  }

  // The end of what stands at `from`: the next delimiter, line break or the end of the text. The places are
  // kept: a text without one of them is searched for it only once.
  end(from) {
    if (this.nextDelimiter < from) this.nextDelimiter = this.next(this.delimiter, from);
    if (this.nextNewline < from) this.nextNewline = this.next(this.newline, from);
    return Math.min(this.nextDelimiter, this.nextNewline);
  }

  next(token, from) {
    const place = this.text.indexOf(token, from);
    return place < 0 ? this.text.length : place;
  }

  plainField() {
    const end = this.end(this.at);
    const field = this.text.slice(this.at, end);
    this.at = end;
    return field;
  }

  quotedField() {
    const { text, quote, escape } = this;
    const begin = this.at;
    let field = "";
    let from = begin + quote.length;
    for (;;) {
      const close = text.indexOf(quote, from);
      if (close < 0) {
        this.complain("MissingQuotes", "Quoted field unterminated", begin);
        this.at = text.length;
        return field + text.slice(from);
      }
      if (escape !== quote && text.startsWith(escape, close - escape.length) && close - escape.length >= from) {
        field += text.slice(from, close - escape.length) + quote;
        from = close + quote.length;
        continue;
      }
      const next = close + quote.length;
      if (escape === quote && text.startsWith(quote, next)) {
        field += text.slice(from, next);
        from = next + quote.length;
        continue;
      }
      // Blanks between the quote and what ends the field are dropped.
      const spaces = /^ */.exec(text.slice(next, next + 64))[0].length;
      const after = next + spaces;
      if (after >= text.length || text.startsWith(this.delimiter, after) || text.startsWith(this.newline, after)) {
        this.at = after;
        return field + text.slice(from, close);
      }
      this.complain("InvalidQuotes", "Trailing quote on quoted field is malformed", begin);
      field += text.slice(from, next);
      from = next;
    }
  }

  complain(code, message, index) {
    this.errors.push({ type: "Quotes", code, message, row: this.rows.length, index });
  }
}

function guessedNewline(text, quote) {
  const begin = text.slice(0, 1024 * 1024);
  const mark = String(quote ?? '"').replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const bare = begin.replace(new RegExp(`${mark}[^]*?${mark}`, "g"), "");
  const [windows, old] = [bare.split("\r\n").length - 1, bare.split("\r").length - 1];
  if (windows > 0 && windows >= old / 2) return "\r\n";
  return old > 0 && !bare.includes("\n") ? "\r" : "\n";
}

// The delimiter that gives the same number of fields, above one, on the most rows.
function guessedDelimiter(text, newline, settings) {
  let best;
  for (const delimiter of settings.delimitersToGuess || GUESSES) {
    const { rows } = new Cutter(text, delimiter, newline, { ...settings, preview: 10 }).all();
    const full = rows.filter((row) => row.length > 1 || row[0] !== "");
    if (full.length === 0) continue;
    const average = full.reduce((sum, row) => sum + row.length, 0) / full.length;
    const drift = full.slice(1).reduce((sum, row, at) => sum + Math.abs(row.length - full[at].length), 0);
    if (average > 1.99 && (!best || drift < best.drift || (drift === best.drift && average > best.average))) {
      best = { delimiter, drift, average };
    }
  }
  return best && best.delimiter;
}

const NUMBER = /^\s*-?(\d+\.?|\.\d+|\d+\.\d+)([eE][-+]?\d+)?\s*$/;
const DATE = /^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d(:[0-5]\d(\.\d+)?)?([+-][0-2]\d:[0-5]\d|Z)$/;

function typed(value) {
  if (value === "true" || value === "TRUE") return true;
  if (value === "false" || value === "FALSE") return false;
  if (NUMBER.test(value) && Math.abs(Number(value)) < 2 ** 53) return Number(value);
  if (DATE.test(value)) return new Date(value);
  return value === "" ? null : value;
}

function isTyped(setting, field) {
  if (typeof setting === "function") return setting(field);
  return setting === true || (setting !== null && typeof setting === "object" && Boolean(setting[field]));
}

// Names of the header: each once, a repeated one with its number behind it.
function headerNames(row, transform) {
  const seen = new Set();
  return row.map((name, at) => {
    const shown = transform ? transform(name, at) : name;
    let free = shown;
    for (let number = 1; seen.has(free); number += 1) free = `${shown}_${number}`;
    seen.add(free);
    return free;
  });
}

function rowObject(row, fields, values, index, errors) {
  const object = {};
  row.forEach((_, at) => {
    if (at < fields.length) object[fields[at]] = values[at];
    else (object.__parsed_extra ??= []).push(values[at]);
  });
  if (row.length !== fields.length) {
    const few = row.length < fields.length;
    errors.push({
      type: "FieldMismatch",
      code: few ? "TooFewFields" : "TooManyFields",
      message: `Too ${few ? "few" : "many"} fields: expected ${fields.length} fields but parsed ${row.length}`,
      row: index,
    });
  }
  return object;
}

const isEmpty = (row, greedy) => (greedy ? row.join("").trim() === "" : row.length === 1 && row[0] === "");

export function parse(input, config = {}) {
  let text = String(input);
  if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
  const { header, dynamicTyping, transform, transformHeader, skipEmptyLines } = config;
  const newline = config.newline || guessedNewline(text, config.quoteChar);
  const errors = [];
  let { delimiter } = config;
  if (typeof delimiter === "function") delimiter = delimiter(text);
  if (!delimiter || delimiter === "\r" || delimiter === "\n" || delimiter === BYTE_ORDER_MARK) {
    delimiter = guessedDelimiter(text, newline, config);
    if (!delimiter) {
      delimiter = ",";
      const message = "Unable to auto-detect delimiting character; defaulted to ','";
      errors.push({ type: "Delimiter", code: "UndetectableDelimiter", message });
    }
  }
  // The header does not count among the rows that are asked for.
  const preview = config.preview > 0 ? config.preview + (header ? 1 : 0) : 0;
  const cutter = new Cutter(text, delimiter, newline, { ...config, preview }).all();
  errors.push(...cutter.errors);
  let { rows } = cutter;
  if (skipEmptyLines) rows = rows.filter((row) => !isEmpty(row, skipEmptyLines === "greedy"));
  const meta = { delimiter, linebreak: newline, aborted: false, truncated: cutter.truncated, cursor: cutter.at };
  if (header && rows.length > 0) {
    meta.fields = headerNames(rows[0], transformHeader);
    rows = rows.slice(1);
  }
  const data = rows.map((row, index) => {
    const values = row.map((value, at) => {
      const field = meta.fields ? (at < meta.fields.length ? meta.fields[at] : "__parsed_extra") : at;
      const changed = transform ? transform(value, field) : value;
      return isTyped(dynamicTyping, field) ? typed(changed) : changed;
    });
    return meta.fields ? rowObject(row, meta.fields, values, index, errors) : values;
  });
  return delivered({ data, errors, meta }, config);
}

// Hands the result to the functions that the configuration names; without any it is the return value.
function delivered(result, { step, chunk, complete }) {
  if (!step && !chunk && !complete) return result;
  const parser = {
    abort: () => {
      result.meta.aborted = true;
    },
    pause: () => {},
    resume: () => {},
  };
  if (step) {
    for (const row of result.data) {
      if (result.meta.aborted) break;
      step({ data: row, errors: [], meta: result.meta }, parser);
    }
    result = { ...result, data: [] };
  } else if (chunk) {
    chunk(result, parser);
  }
  if (complete) complete(result);
  return result;
}

export function unparse(input, config = {}) {
  const { delimiter = ",", newline = "\r\n", quoteChar = '"', header = true, quotes = false } = config;
  const { skipEmptyLines = false, columns, escapeFormulae = false, escapeChar = quoteChar } = config;
  let data = typeof input === "string" ? JSON.parse(input) : input;
  let fields;
  if (!Array.isArray(data)) {
    fields = data.fields;
    data = data.data || [];
    if (data.length > 0 && !Array.isArray(data[0]) && typeof data[0] !== "object") data = [data];
  }
  const objects = data.length > 0 && !Array.isArray(data[0]);
  if (columns) fields = columns;
  else if (!fields && objects) fields = Object.keys(data[0]);
  const risky = new RegExp(`^[=+\\-@\\t\\r]`);
  const safe = (value, at) => {
    if (value === null || value === undefined) return "";
    let text = value instanceof Date ? JSON.stringify(value).slice(1, 25) : String(value);
    const formula = escapeFormulae && typeof value === "string" && risky.test(text);
    if (formula) text = `'${text}`;
    const asked = typeof quotes === "function" ? quotes(value, at) : Array.isArray(quotes) ? quotes[at] : quotes;
    const needed = text.includes(delimiter) || text.includes(quoteChar) || /[\r\n]/.test(text);
    const blank = text.startsWith(" ") || text.endsWith(" ") || text.startsWith(BYTE_ORDER_MARK);
    if (!(asked || formula || needed || blank)) return text;
    return quoteChar + text.split(quoteChar).join(escapeChar + quoteChar) + quoteChar;
  };
  const line = (values) => values.map(safe).join(delimiter);
  const lines = fields && header ? [line(fields)] : [];
  for (const row of data) {
    const values = Array.isArray(row) ? row : fields.map((field) => row[field]);
    const empty = values.every((value) => value === null || value === undefined || value === "");
    const blank = values.every((value) => String(value ?? "").trim() === "");
    if (!skipEmptyLines || !(skipEmptyLines === "greedy" ? blank : empty)) lines.push(line(values));
  }
  return lines.join(newline);
}
