// FormData and File. Forms are written and read by the host; see fetch.rs.
export function make(native) {
  const Blob = native.blobClass();
  const text = (value) => `${value}`.toWellFormed();
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  const tag = (constructor, name) =>
    Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });
  const wants = (count, given, what) => {
    if (given < count) throw new TypeError(`${what} needs ${count} argument${count > 1 ? "s" : ""}, got ${given}`);
  };

  class File extends Blob {
    #name;
    #modified;
    constructor(parts, name, options = {}) {
      wants(2, arguments.length, "File");
      super(parts, options);
      this.#name = text(name);
      const modified = isObject(options) ? options.lastModified : undefined;
      this.#modified = modified === undefined ? Date.now() : Math.trunc(Number(modified)) || 0;
    }
    get name() {
      return this.#name;
    }
    get lastModified() {
      return this.#modified;
    }
    get webkitRelativePath() {
      return "";
    }
  }
  tag(File, "File");

  let entriesOf;
  class FormData {
    #list = [];

    static {
      entriesOf = (form) => form.#list;
    }

    constructor(form) {
      if (form !== undefined) throw new TypeError("there are no HTML forms to make a FormData of");
    }
    #entry(name, value, filename, given) {
      if (!native.isBlob(value)) {
        if (given > 2) throw new TypeError("a filename needs a Blob");
        return [text(name), text(value)];
      }
      if (value instanceof File && filename === undefined) return [text(name), value];
      const called = filename === undefined ? "blob" : text(filename);
      return [text(name), new File([value], called, { type: value.type, lastModified: value.lastModified })];
    }
    append(name, value, filename) {
      wants(2, arguments.length, "append");
      this.#list.push(this.#entry(name, value, filename, arguments.length));
    }
    delete(name) {
      wants(1, arguments.length, "delete");
      const key = text(name);
      this.#list = this.#list.filter((entry) => entry[0] !== key);
    }
    get(name) {
      wants(1, arguments.length, "get");
      const key = text(name);
      const found = this.#list.find((entry) => entry[0] === key);
      return found ? found[1] : null;
    }
    getAll(name) {
      wants(1, arguments.length, "getAll");
      const key = text(name);
      return this.#list.filter((entry) => entry[0] === key).map((entry) => entry[1]);
    }
    has(name) {
      wants(1, arguments.length, "has");
      const key = text(name);
      return this.#list.some((entry) => entry[0] === key);
    }
    set(name, value, filename) {
      wants(2, arguments.length, "set");
      const entry = this.#entry(name, value, filename, arguments.length);
      const first = this.#list.findIndex((known) => known[0] === entry[0]);
      if (first < 0) {
        this.#list.push(entry);
      } else {
        this.#list[first] = entry;
        this.#list = this.#list.filter((known, at) => at <= first || known[0] !== entry[0]);
      }
    }
    forEach(callback, receiver) {
      if (typeof callback !== "function") throw new TypeError("forEach takes a function");
      for (const [name, value] of this) callback.call(receiver, value, name, this);
    }
    *entries() {
      for (let at = 0; at < this.#list.length; at += 1) yield [...this.#list[at]];
    }
    *keys() {
      for (const [name] of this.entries()) yield name;
    }
    *values() {
      for (const [, value] of this.entries()) yield value;
    }
  }
  Object.defineProperty(FormData.prototype, Symbol.iterator, {
    value: FormData.prototype.entries,
    writable: true,
    configurable: true,
  });
  tag(FormData, "FormData");

  // Line breaks of form fields travel as CR LF; in names they and quotes are coded.
  const breaks = (value) => value.replace(/\r\n|\r|\n/g, "\r\n");
  const quoted = (value) => value.replace(/\n/g, "%0A").replace(/\r/g, "%0D").replace(/"/g, "%22");
  const write = (form) => {
    const fields = entriesOf(form).map(([name, value]) =>
      typeof value === "string"
        ? [quoted(breaks(name)), breaks(value)]
        : [quoted(breaks(name)), value, quoted(value.name), value.type || "application/octet-stream"],
    );
    return native.writeForm(fields);
  };

  // The form that a body of that content type is.
  const read = (body, type) => {
    const fields = native.readForm(body, type);
    if (fields === undefined) throw new TypeError("the body is not a form");
    const form = new FormData();
    for (const { name, value, filename, type: kind } of fields) {
      if (filename === undefined) form.append(name, value);
      else form.append(name, new File([value], filename, { type: kind }));
    }
    return form;
  };

  return { File, FormData, read, write };
}
