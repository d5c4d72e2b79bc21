// Exceptions: Java's classes of them, with their ancestors.
class Throwable extends JObject {
  constructor(...args) { super(); this._cause = null; this._message = null; this._line = $jvm.at; this._more = []; this.$init(...args); }
  $init(message, cause) {
    if (message instanceof Throwable) { this._cause = message; this._message = message.toString(); }
    else this._message = message === undefined || message === null ? null : S(message);
    if (cause instanceof Throwable) this._cause = cause;
  }
  getMessage() { return this._message; }
  getLocalizedMessage() { return this.getMessage(); }
  getCause() { return this._cause; }
  initCause(cause) { this._cause = cause; return this; }
  addSuppressed(e) { this._more.push(e); return null; }
  getSuppressed() { return array("Throwable[]", this._more); }
  printStackTrace() { host("print", this.toString() + "\n"); return null; }
  getStackTrace() { return array("StackTraceElement[]", [new StackTraceElement(this._line)]); }
  setStackTrace() { return null; }
  fillInStackTrace() { return this; }
  toString() { const m = this.getLocalizedMessage(); return classOf(this).$name + (m === null ? "" : ": " + m); }
}
class StackTraceElement extends JObject {
  constructor(line) { super(); this._line = line; }
  getLineNumber() { return this._line; }
  getMethodName() { return "run"; }
  getClassName() { return "Script1"; }
  getFileName() { return "Script1.groovy"; }
  toString() { return `Script1.run(Script1.groovy:${this._line})`; }
}
known("java.lang.StackTraceElement", StackTraceElement);
known("java.lang.Throwable", Throwable);
const E = {};
function thrower(parent, name) {
  const type = class extends parent {};
  E[name.slice(name.lastIndexOf(".") + 1)] = type;
  return known(name, type);
}
// Each line: an ancestor, and the classes below it.
for (const line of `
Throwable: java.lang.Exception java.lang.Error
Error: java.lang.AssertionError java.lang.VirtualMachineError java.lang.LinkageError
AssertionError: org.codehaus.groovy.runtime.powerassert.PowerAssertionError
VirtualMachineError: java.lang.StackOverflowError java.lang.OutOfMemoryError java.lang.InternalError
LinkageError: java.lang.NoClassDefFoundError
Exception: java.lang.RuntimeException java.io.IOException java.lang.CloneNotSupportedException java.lang.InterruptedException java.lang.ReflectiveOperationException java.text.ParseException java.util.concurrent.TimeoutException java.util.concurrent.ExecutionException java.net.URISyntaxException java.sql.SQLException java.security.GeneralSecurityException javax.script.ScriptException org.xml.sax.SAXException org.apache.jmeter.functions.InvalidVariableException
ReflectiveOperationException: java.lang.ClassNotFoundException java.lang.NoSuchMethodException java.lang.NoSuchFieldException
GeneralSecurityException: java.security.NoSuchAlgorithmException java.security.InvalidKeyException java.security.DigestException java.security.InvalidAlgorithmParameterException java.security.spec.InvalidKeySpecException javax.crypto.BadPaddingException javax.crypto.IllegalBlockSizeException javax.crypto.NoSuchPaddingException
BadPaddingException: javax.crypto.AEADBadTagException
IOException: java.io.FileNotFoundException java.io.UnsupportedEncodingException java.io.EOFException java.net.MalformedURLException java.net.UnknownHostException java.net.SocketException java.net.SocketTimeoutException java.nio.file.NoSuchFileException java.nio.file.FileAlreadyExistsException java.util.zip.ZipException
SocketException: java.net.ConnectException
RuntimeException: java.lang.NullPointerException java.lang.IllegalArgumentException java.lang.IllegalStateException java.lang.ArithmeticException java.lang.ClassCastException java.lang.IndexOutOfBoundsException java.lang.UnsupportedOperationException java.lang.NegativeArraySizeException java.lang.ArrayStoreException java.lang.SecurityException java.util.NoSuchElementException java.util.ConcurrentModificationException java.util.EmptyStackException java.nio.BufferOverflowException java.nio.BufferUnderflowException java.io.UncheckedIOException groovy.lang.GroovyRuntimeException groovy.json.JsonException java.time.DateTimeException com.jayway.jsonpath.JsonPathException java.util.MissingResourceException org.jsoup.select.Selector.SelectorParseException org.apache.jorphan.util.JMeterStopThreadException org.apache.jorphan.util.JMeterStopTestException org.apache.jorphan.util.JMeterStopTestNowException
DateTimeException: java.time.format.DateTimeParseException
JsonPathException: com.jayway.jsonpath.InvalidPathException com.jayway.jsonpath.InvalidJsonException
InvalidPathException: com.jayway.jsonpath.PathNotFoundException
IllegalArgumentException: java.lang.NumberFormatException java.util.IllegalFormatException java.util.regex.PatternSyntaxException
IllegalFormatException: java.util.IllegalFormatConversionException java.util.MissingFormatArgumentException java.util.UnknownFormatConversionException
IllegalStateException: java.util.concurrent.CancellationException
IndexOutOfBoundsException: java.lang.StringIndexOutOfBoundsException java.lang.ArrayIndexOutOfBoundsException
NoSuchElementException: java.util.InputMismatchException
ClassCastException: org.codehaus.groovy.runtime.typehandling.GroovyCastException
GroovyRuntimeException: groovy.lang.MissingPropertyException groovy.lang.MissingMethodException groovy.lang.ReadOnlyPropertyException
`.trim().split("\n")) {
  const [parent, names] = line.split(": ");
  for (const name of names.split(" ")) thrower(parent === "Throwable" ? Throwable : E[parent], name);
}
const { NullPointerException, IllegalArgumentException, IllegalStateException, ArithmeticException, ClassCastException, IndexOutOfBoundsException, UnsupportedOperationException, NumberFormatException, NoSuchElementException, MissingPropertyException, MissingMethodException, GroovyCastException, StringIndexOutOfBoundsException, ArrayIndexOutOfBoundsException, JsonException, ParseException, IOException, FileNotFoundException } = E;
const npe = (message) => new NullPointerException(message);
Object.assign(MissingPropertyException.prototype, {
  getProperty() { return this._property ?? null; },
  getType() { return this._type ?? null; },
});
Object.assign(MissingMethodException.prototype, {
  getMethod() { return this._method ?? null; },
  getArguments() { return array("Object[]", this._args ?? []); },
  getType() { return this._type ?? null; },
});
Object.assign(ParseException.prototype, { getErrorOffset() { return this._offset ?? 0; } });
function missingProperty(name, on) {
  const e = new MissingPropertyException(`No such property: ${name} for class: ${on}`);
  e._property = name;
  return e;
}
function missingMethod(name, type, args) {
  const kinds = args.map((a) => a === null || a === undefined ? "null" : classOf(a).$name).join(", ");
  const values = inspectShort(args);
  const e = new MissingMethodException(`No signature of method: ${type.$name}.${name}() is applicable for argument types: (${kinds}) values: ${values}`);
  e._method = name;
  e._args = args;
  // A class of ours, or of the script: only with ours it may be that Java has what we have not.
  e._unsupported = !type.$own && $jvm.c[type.$name] !== undefined && !UNDOUBTED.has(type.$name);
  return e;
}
// Classes of which the prelude has (nearly) all methods.
const UNDOUBTED = new Set(["java.lang.String", "java.lang.Integer", "java.lang.Long", "java.lang.Boolean", "java.util.ArrayList", "java.util.LinkedHashMap", "java.lang.Double", "java.math.BigDecimal", "java.lang.Object"]);
// What a `catch` sees of what was thrown.
function caught(e) {
  if (e instanceof Throwable) return e;
  const text = String(e?.message ?? e);
  const java = /^((?:[a-z]\w*\.)+[A-Z]\w*)(?:: ([\s\S]*))?$/.exec(text);
  if (java && $jvm.c[java[1]]?.prototype instanceof Throwable) return new $jvm.c[java[1]](java[2] ?? null);
  if (/stack/i.test(text) && (e?.name === "InternalError" || e?.name === "RangeError")) return new E.StackOverflowError();
  if (/out of memory/i.test(text)) return new E.OutOfMemoryError("Java heap space");
  const wrapped = new E.InternalError(text + (e?.stack ? "\n" + e.stack : ""));
  wrapped._unsupported = true;
  return wrapped;
}
function thrown(e) {
  if (e === null || e === undefined) return npe("Cannot throw exception because a value is null");
  return e;
}
