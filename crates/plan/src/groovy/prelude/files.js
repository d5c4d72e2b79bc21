// Files, by the host's calls.
const pathOf = (v) => v instanceof File ? v._p : S(need(v));
const normal = (p) => p.length > 1 ? p.replace(/\/+/g, "/").replace(/\/$/, "") : p;
function readBytes(path) {
  const hex = host("files.read", path);
  if (hex === null || hex === undefined) throw new FileNotFoundException(`${path} (No such file or directory)`);
  return fromHex(hex);
}
class File extends JObject {
  constructor(a, b) { super(); this._p = normal(b === undefined ? (a instanceof URI ? a.getPath() : pathOf(a)) : a === null ? pathOf(b) : pathOf(a).replace(/\/$/, "") + "/" + pathOf(b)); }
  $info() { return host("files.info", this._p); }
  $bytes() { return readBytes(this._p); }
  $write(text, append, charset) { host("files.write", this._p, hexOf(Array.isArray(text) ? text : bytesOf(str(text), charset)), append); return null; }
  getText(charset) { return decodeText(this.$bytes(), charset); }
  setText(t, charset) { return this.$write(t, false, charset); }
  getBytes() { return array("byte[]", this.$bytes()); }
  setBytes(b) { return this.$write(b, false); }
  readBytes() { return this.getBytes(); }
  readLines(charset) { return lines(this.getText(charset)); }
  eachLine(...a) { return STR.eachLine(this.getText(), ...a); }
  eachWithIndex(c) { lines(this.getText()).forEach((l, i) => invoke(c, [l, i])); return this; }
  $iter() { return lines(this.getText()); }
  splitEachLine(p, c) { return STR.splitEachLine(this.getText(), p, c); }
  filterLine(c) { return lines(this.getText()).filter((l) => truth(invoke(c, [l]))).join("\n") + "\n"; }
  append(t, charset) { return this.$write(t, true, charset); }
  leftShift(t) { this.$write(t, true); return this; }
  write(t, charset) { return this.$write(t, false, charset); }
  withWriter(...a) { return using(new FileWriter(this, false), a[a.length - 1]); }
  withWriterAppend(...a) { return using(new FileWriter(this, true), a[a.length - 1]); }
  withPrintWriter(...a) { return using(new FileWriter(this, false), a[a.length - 1]); }
  withReader(...a) { return using(new Reader(this.getText()), a[a.length - 1]); }
  withInputStream(c) { return using(new Reader(this.getText()), c); }
  newWriter(append) { return new FileWriter(this, append === true); }
  newPrintWriter() { return new FileWriter(this, false); }
  newReader() { return new Reader(this.getText()); }
  newInputStream() { return new Reader(this.getText()); }
  exists() { return this.$info().exists === true; }
  isFile() { const i = this.$info(); return i.exists === true && !i.directory; }
  isDirectory() { return this.$info().directory === true; }
  canRead() { return this.exists(); }
  canWrite() { return true; }
  length() { return L(this.$info().size ?? 0); }
  size() { return this.length(); }
  lastModified() { return L(this.$info().modified ?? 0); }
  getName() { return this._p.slice(this._p.lastIndexOf("/") + 1); }
  getPath() { return this._p; }
  getAbsolutePath() { return this.$info().absolute ?? this._p; }
  getCanonicalPath() { return this.getAbsolutePath(); }
  getAbsoluteFile() { return new File(this.getAbsolutePath()); }
  getCanonicalFile() { return this.getAbsoluteFile(); }
  getParent() { const i = this._p.lastIndexOf("/"); return i < 0 ? null : i === 0 ? "/" : this._p.slice(0, i); }
  getParentFile() { const p = this.getParent(); return p === null ? null : new File(p); }
  isAbsolute() { return this._p.startsWith("/"); }
  mkdir() { return host("files.mkdirs", this._p); }
  mkdirs() { return host("files.mkdirs", this._p); }
  createNewFile() { if (this.exists()) return false; this.$write("", true); return true; }
  delete() { return host("files.delete", this._p); }
  deleteOnExit() { return null; }
  renameTo(o) { return host("files.rename", this._p, o._p); }
  list() { const l = host("files.list", this._p); return l ? array("String[]", l) : null; }
  // A filter of two parameters gets the folder and a name, one of one parameter the file.
  $fits(filter, n) {
    const file = new File(this, n);
    if (isClosure(filter)) return truth(invoke(filter, filter.$n === 2 ? [this, n] : [file]));
    try { return truth(call(filter, "accept", [file])); } catch (e) { if (!(e instanceof MissingMethodException)) throw e; return truth(call(filter, "accept", [this, n])); }
  }
  listFiles(filter) { const l = host("files.list", this._p); return l ? array("File[]", l.filter((n) => filter === undefined || filter === null || this.$fits(filter, n)).map((n) => new File(this, n))) : null; }
  eachFile(c) { for (const f of this.listFiles() ?? []) invoke(c, [f]); return null; }
  eachFileMatch(p, c) { for (const f of this.listFiles() ?? []) if (isCase(p, f.getName())) invoke(c, [f]); return null; }
  toPath() { return this; }
  toFile() { return this; }
  toURI() { return new URI("file:" + this.getAbsolutePath()); }
  resolve(o) { return new File(this, pathOf(o)); }
  getFileName() { return new File(this.getName()); }
  toAbsolutePath() { return this.getAbsoluteFile(); }
  normalize() { return this; }
  $value() { return this._p; }
  toString() { return this._p; }
}
Object.assign(File, { separator: "/", separatorChar: new Chr("/"), pathSeparator: ":", createTempFile: (a, b) => new File(`/tmp/${S(a)}${below_(1e9)}${b === null ? ".tmp" : S(b)}`) });
known("java.io.File", File);
known("java.nio.file.Path", class Path extends File { static of(...a) { return new File(a.map(pathOf).join("/")); } }, (v) => v instanceof File);
kind("java.nio.file.Paths", () => false, { get: (...a) => new File((a.length === 2 && isArr(a[1]) ? [a[0], ...a[1]] : a).map(pathOf).join("/")) });
function using(v, c) { try { return invoke(c, [v]); } finally { v.close(); } }
const optionsOf = (o) => (o.length === 1 && isArr(o[0]) ? [...o[0]] : o).filter((x) => x instanceof Named).map((x) => x._name);
const appends = (o) => optionsOf(o).includes("APPEND");
enumOf("java.nio.file.StandardOpenOption", ["READ", "WRITE", "APPEND", "TRUNCATE_EXISTING", "CREATE", "CREATE_NEW", "DELETE_ON_CLOSE"]);
kind("java.nio.file.Files", () => false, {
  write: (f, v, ...o) => { f.$write(Array.isArray(v) && v.$type === undefined ? v.map((l) => str(l) + "\n").join("") : v, appends(o)); return f; }, writeString: (f, t, ...o) => { f.$write(t, appends(o)); return f; }, readAllBytes: (f) => f.getBytes(), readAllLines: (f) => f.readLines(), readString: (f) => f.getText(), lines: (f) => new Stream(f.readLines()), exists: (f) => f.exists(), notExists: (f) => !f.exists(), isDirectory: (f) => f.isDirectory(), isRegularFile: (f) => f.isFile(), size: (f) => f.length(), delete: (f) => { if (!f.delete()) throw new (C["java.nio.file.NoSuchFileException"])(f._p); return null; }, deleteIfExists: (f) => f.delete(), createDirectory: (f) => { f.mkdirs(); return f; }, createDirectories: (f) => { f.mkdirs(); return f; }, createFile: (f) => { f.createNewFile(); return f; }, newBufferedReader: (f) => f.newReader(), newBufferedWriter: (f, ...o) => new FileWriter(f, appends(o)), copy: (a, b) => { b.$write(a.getBytes(), false); return b; }, move: (a, b) => { a.renameTo(b); return b; },
});
class FileWriter extends JObject {
  constructor(f, append) { super(); if (f instanceof FileWriter) return f; this._f = f instanceof File ? f : new File(f); if (append !== true) this._f.$write("", false); }
  write(v) { this._f.$write(typeof v === "number" ? String.fromCharCode(v) : Array.isArray(v) ? v : S(v), true); return null; }
  append(v) { this._f.$write(v, true); return this; }
  leftShift(v) { this._f.$write(v, true); return this; }
  print(v) { this._f.$write(v, true); return null; }
  println(v) { this._f.$write((v === undefined ? "" : str(v)) + "\n", true); return null; }
  printf(f, ...a) { this._f.$write(format(f, a), true); return this; }
  writeLine(v) { return this.println(v); }
  newLine() { return this.println(); }
  withCloseable(c) { return using(this, c); }
  withWriter(c) { return using(this, c); }
  flush() { return null; }
  close() { return null; }
  getChannel() { throw unsupported("FileOutputStream.getChannel"); }
}
for (const n of ["FileWriter", "BufferedWriter", "PrintWriter", "FileOutputStream", "OutputStreamWriter", "BufferedOutputStream"]) known("java.io." + n, n === "FileWriter" ? FileWriter : class extends FileWriter { constructor(f, a) { if (f instanceof StringWriter) { super({ $write() {}, __proto__: File.prototype }, true); this._f = { $write: (t) => { f.append(t); return null; } }; } else super(f, a); } });
class Reader extends JObject {
  constructor(v) { super(); if (v instanceof Reader) return v; this._t = v instanceof File ? v.getText() : Array.isArray(v) ? decodeText(v) : S(v); this._i = 0; }
  $text() { const t = this._t.slice(this._i); this._i = this._t.length; return t; }
  getText() { return this.$text(); }
  readLine() { if (this._i >= this._t.length) return null; const m = /\r\n|\n|\r/g; m.lastIndex = this._i; const f = m.exec(this._t); const line = this._t.slice(this._i, f ? f.index : undefined); this._i = f ? f.index + f[0].length : this._t.length; return line; }
  read() { return this._i < this._t.length ? this._t.charCodeAt(this._i++) : -1; }
  readLines() { return lines(this.$text()); }
  lines() { return new Stream(this.readLines()); }
  eachLine(...a) { return STR.eachLine(this.$text(), ...a); }
  readAllBytes() { return bytesOf(this.$text()); }
  getBytes() { return this.readAllBytes(); }
  ready() { return this._i < this._t.length; }
  hasNextLine() { return this.ready(); }
  hasNext() { return this._t.slice(this._i).trim() !== ""; }
  nextLine() { const l = this.readLine(); if (l === null) throw new NoSuchElementException("No line found"); return l; }
  useDelimiter(p) { this._by = compiled(S(p), 0)?.g ?? null; return this; }
  next() {
    if (this._by) return this.$between();
    const m = /\s*(\S+)/y; m.lastIndex = this._i; const f = m.exec(this._t); if (!f) throw new NoSuchElementException(); this._i = m.lastIndex; return f[1];
  }
  // What stands before the next delimiter; one at the beginning is skipped.
  $between() {
    if (this._i >= this._t.length) throw new NoSuchElementException();
    const by = new RegExp(this._by.source, this._by.flags);
    by.lastIndex = this._i;
    let found = by.exec(this._t);
    if (found && found.index === this._i) { this._i += found[0].length; by.lastIndex = Math.max(this._i, found.index + 1); found = by.exec(this._t); }
    const word = this._t.slice(this._i, found ? found.index : undefined);
    this._i = found ? found.index : this._t.length;
    return word;
  }
  nextInt() { return parseInteger(this.next()); }
  withCloseable(c) { return using(this, c); }
  $iter() { return this.readLines(); }
  close() { return null; }
}
for (const n of ["java.io.FileReader", "java.io.BufferedReader", "java.io.InputStreamReader", "java.io.StringReader", "java.io.FileInputStream", "java.util.Scanner"]) known(n, class extends Reader {
  constructor(v) {
    const file = n === "java.io.FileReader" || n === "java.io.FileInputStream" ? (v instanceof File ? v : new File(v)) : null;
    super(file ?? v);
    if (file) this._file = file;
  }
});
class ByteArrayInputStream extends Reader { constructor(b) { super(b); this._raw = b; } }
known("java.io.ByteArrayInputStream", ByteArrayInputStream);
class ByteArrayOutputStream extends JObject {
  constructor() { super(); this._b = []; }
  write(v, a, n) { if (Array.isArray(v)) this._b.push(...(a === undefined ? v : v.slice(N(a), N(a) + N(n)))); else this._b.push(signedByte(N(v))); return null; }
  toByteArray() { return array("byte[]", this._b); }
  size() { return this._b.length; }
  reset() { this._b = []; return null; }
  flush() { return null; }
  close() { return null; }
  toString(charset) { return decodeText(this._b, charset); }
}
known("java.io.ByteArrayOutputStream", ByteArrayOutputStream);
kind("org.apache.commons.io.FileUtils", () => false, { readFileToString: (f, c) => f.getText(c), writeStringToFile: (f, t, a, b) => { f.$write(t, a === true || b === true); return null; }, readLines: (f) => f.readLines(), writeLines: (f, l, a) => { f.$write(items(l).map((x) => str(x) + "\n").join(""), a === true); return null; }, deleteQuietly: (f) => f.delete(), forceMkdir: (f) => { f.mkdirs(); return null; } });
kind("org.apache.commons.io.IOUtils", () => false, { toString: (v, c) => Array.isArray(v) ? decodeText(v, c) : v.$text(), closeQuietly: () => null });
