// Objects as application/x-www-form-urlencoded text, as scripts import it from form-urlencoded.

const encoded = (text) =>
  encodeURIComponent(text)
    .replace(/%20/g, "+")
    .replace(/[!'()~]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

export default function formurlencoded(data, options = {}) {
  const { sorted, skipIndex, ignorenull, ignoreEmptyArray, skipBracket, useDot, whitespace = "+" } = options;
  const text = (value) => encoded(value).replace(/\+/g, whitespace);
  const keysOf = (object) => (sorted ? Object.keys(object).sort() : Object.keys(object));
  const pairs = [];

  const add = (name, value) => {
    if (value === null || value === undefined) {
      if (!ignorenull) pairs.push(`${name}=`);
    } else if (value instanceof Date) {
      pairs.push(`${name}=${text(value.toISOString())}`);
    } else if (Array.isArray(value)) {
      if (value.length === 0 && !ignoreEmptyArray) pairs.push(`${name}${skipBracket ? "" : text("[]")}=`);
      value.forEach((item, at) => {
        const index = skipBracket ? "" : text(skipIndex ? "[]" : `[${at}]`);
        add(name + index, item);
      });
    } else if (typeof value === "object") {
      for (const key of keysOf(value)) add(useDot ? `${name}.${text(key)}` : name + text(`[${key}]`), value[key]);
    } else if (typeof value !== "function") {
      pairs.push(`${name}=${text(String(value))}`);
    }
  };

  for (const key of keysOf(data)) add(text(key), data[key]);
  return pairs.join("&");
}
