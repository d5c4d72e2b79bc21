"use strict";
const { make, wantsFunction, wrongType } = require("internal/errors");
const constants = { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, S_IFMT: 61440, S_IFREG: 32768, S_IFDIR: 16384, S_IFLNK: 40960 };

const pathOf = (path, name = "path") => {
  if (path instanceof URL) return require("url").fileURLToPath(path);
  if (path instanceof Uint8Array) return Buffer.from(path).toString();
  if (typeof path !== "string") throw wrongType(name, "of type string or an instance of Buffer or URL", path);
  if (path.includes("\0")) {
    const shown = require("util").inspect(path);
    throw make(TypeError, "ERR_INVALID_ARG_VALUE", `The argument '${name}' must be a string, Uint8Array, or URL without null bytes. Received ${shown}`);
  }
  return path;
};

const problem = (code, errno, words, syscall, path) => {
  const shown = path === undefined ? "" : ` '${path}'`;
  const fields = { errno, code, syscall };
  return Object.assign(new Error(`${code}: ${words}, ${syscall}${shown}`), path === undefined ? fields : { ...fields, path });
};
const isProblem = (value) => typeof value === "object" && typeof value.code === "string" && typeof value.errno === "number";
const checked = (result, syscall, path) => {
  if (isProblem(result)) throw problem(result.code, result.errno, result.words, syscall, path);
  return result;
};

const encodingOf = (options) => (typeof options === "string" ? options : options?.encoding);
// What a file is opened for.
const READ = 0;
const WRITE = 1;
const APPEND = 2;
const FLAGS = { r: [READ], rs: [READ], w: [WRITE], "w+": [WRITE], wx: [WRITE, true], "wx+": [WRITE, true], a: [APPEND], "a+": [APPEND], as: [APPEND], ax: [APPEND, true] };
const flagOf = (flag, usual) => {
  const wanted = flag ?? usual;
  const known = wanted === 0 ? FLAGS.r : FLAGS[wanted];
  if (known === undefined) throw make(TypeError, "ERR_INVALID_ARG_VALUE", `The argument 'flags' is invalid. Received ${require("util").inspect(wanted)}`);
  return known;
};
const bytesOf = (data, encoding) => {
  if (typeof data === "string") return Buffer.from(data, encoding ?? "utf8");
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  throw wrongType("data", "of type string or an instance of Buffer, TypedArray, or DataView", data);
};
// Puts bytes into a file: in place of what was there, or behind it; only into a new one when it is exclusive.
const put = (name, bytes, [way, exclusive], syscall = "open") => {
  checked(native.put(name, bytes, way === APPEND, exclusive === true), syscall, name);
};

class Stats {
  constructor(numbers) {
    const names = ["dev", "mode", "nlink", "uid", "gid", "rdev", "blksize", "ino", "size", "blocks", "atimeMs", "mtimeMs", "ctimeMs"];
    names.forEach((name, at) => {
      this[name] = numbers[at];
    });
    this.birthtimeMs = this.ctimeMs;
    for (const name of ["atime", "mtime", "ctime", "birthtime"]) this[name] = new Date(this[`${name}Ms`]);
  }
  #is(kind) {
    return (this.mode & constants.S_IFMT) === kind;
  }
  isDirectory() {
    return this.#is(constants.S_IFDIR);
  }
  isFile() {
    return this.#is(constants.S_IFREG);
  }
  isSymbolicLink() {
    return this.#is(constants.S_IFLNK);
  }
  isFIFO() {
    return this.#is(4096);
  }
  isSocket() {
    return this.#is(49152);
  }
  isBlockDevice() {
    return this.#is(24576);
  }
  isCharacterDevice() {
    return this.#is(8192);
  }
}

class Dirent {
  #kind;
  constructor(name, kind, path) {
    this.name = name;
    this.parentPath = path;
    this.path = path;
    this.#kind = kind;
  }
  isDirectory() {
    return this.#kind === "directory";
  }
  isFile() {
    return this.#kind === "file";
  }
  isSymbolicLink() {
    return this.#kind === "link";
  }
  isFIFO() {
    return false;
  }
  isSocket() {
    return false;
  }
  isBlockDevice() {
    return false;
  }
  isCharacterDevice() {
    return false;
  }
}

// Open files by number: what is in them, and how far they were read.
const files = new Map();
let nextFile = 10;
const fileOf = (fd, syscall) => {
  const file = files.get(fd);
  if (file === undefined) throw problem("EBADF", -9, "bad file descriptor", syscall);
  return file;
};

const stat = (follow, syscall) => (path, options) => {
  const name = pathOf(path);
  const numbers = native.stat(name, follow);
  if (isProblem(numbers) && numbers.code === "ENOENT" && options?.throwIfNoEntry === false) return undefined;
  return new Stats(checked(numbers, syscall, name));
};

const list = (path, options) => {
  const name = pathOf(path);
  const typed = options?.withFileTypes === true;
  const all = [];
  const walk = (folder, before) => {
    for (const [entry, kind] of checked(native.list(folder), "scandir", folder)) {
      all.push(typed ? new Dirent(entry, kind, folder) : before + entry);
      if (options?.recursive === true && kind === "directory") walk(`${folder}/${entry}`, `${before}${entry}/`);
    }
  };
  walk(name, "");
  return all;
};

// What there is, each done at once; the other forms are made of these.
const now = {
  access(path, mode = 0) {
    const name = pathOf(path);
    const found = checked(native.stat(name, true), "access", name);
    if ((mode & constants.X_OK) !== 0 && (found[1] & 0o111) === 0) throw problem("EACCES", -13, "permission denied", "access", name);
    if ((mode & constants.W_OK) !== 0) checked(native.mayWrite(name), "access", name);
  },
  close(fd) {
    fileOf(fd, "close");
    files.delete(fd);
  },
  fstat(fd) {
    return now.stat(fileOf(fd, "fstat").path);
  },
  lstat: stat(false, "lstat"),
  open(path, flags) {
    const how = flagOf(flags, "r");
    const name = pathOf(path);
    const fd = nextFile;
    if (how[0] === READ) files.set(fd, { path: name, bytes: new Uint8Array(checked(native.read(name), "open", name)), at: 0 });
    else {
      put(name, Buffer.alloc(0), how);
      files.set(fd, { path: name, writes: true });
    }
    nextFile += 1;
    return fd;
  },
  read(fd, buffer, offset = 0, length = buffer.byteLength - offset, position = null) {
    if (typeof offset === "object" && offset !== null) ({ offset = 0, length = buffer.byteLength - offset, position = null } = offset);
    const file = fileOf(fd, "read");
    if (file.writes) throw problem("EBADF", -9, "bad file descriptor", "read");
    const from = position === null || position < 0 ? file.at : Number(position);
    const part = file.bytes.subarray(from, from + length);
    new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).set(part, offset);
    if (position === null || position < 0) file.at += part.length;
    return part.length;
  },
  readFile(path, options) {
    const encoding = encodingOf(options);
    if (Number.isInteger(path)) {
      const file = fileOf(path, "read");
      const rest = Buffer.from(file.bytes.slice(file.at));
      file.at = file.bytes.length;
      return encoding ? rest.toString(encoding) : rest;
    }
    const name = pathOf(path);
    const found = native.read(name);
    const bytes = Buffer.from(checked(found, found.code === "EISDIR" ? "read" : "open", found.code === "EISDIR" ? undefined : name));
    return encoding ? bytes.toString(encoding) : bytes;
  },
  readdir: list,
  readlink(path) {
    const name = pathOf(path);
    throw problem("EINVAL", -22, "links are not read by code in plans", "readlink", name);
  },
  realpath(path) {
    const name = pathOf(path);
    return checked(native.real(name), "lstat", name);
  },
  stat: stat(true, "stat"),
};

// What changes files, where whoever runs the code lets it.
const folders = (path, options, syscall) => {
  const name = pathOf(path);
  return checked(native.makeFolder(name, options?.recursive === true), syscall, name);
};
Object.assign(now, {
  appendFile(path, data, options) {
    now.writeFile(path, data, { flag: "a", ...(typeof options === "string" ? { encoding: options } : options) });
  },
  copyFile(from, to) {
    const [source, name] = [pathOf(from, "src"), pathOf(to, "dest")];
    checked(native.copy(source, name), "copyfile", source);
  },
  mkdir(path, options) {
    return folders(path, options, "mkdir");
  },
  mkdtemp(prefix) {
    const name = pathOf(prefix, "prefix") + require("crypto").randomBytes(3).toString("hex");
    folders(name, undefined, "mkdtemp");
    return name;
  },
  rename(from, to) {
    const [source, name] = [pathOf(from, "oldPath"), pathOf(to, "newPath")];
    checked(native.rename(source, name), "rename", source);
  },
  rm(path, options) {
    const name = pathOf(path);
    const found = native.stat(name, false);
    if (isProblem(found) && found.code === "ENOENT" && options?.force === true) return;
    const folder = new Stats(checked(found, "rm", name)).isDirectory();
    if (folder && options?.recursive !== true) {
      throw make(Error, "ERR_FS_EISDIR", `Path is a directory: rm returned EISDIR (is a directory) ${name}`, { errno: 21, syscall: "rm", path: name });
    }
    checked(native.remove(name, folder, true), "rm", name);
  },
  rmdir(path, options) {
    const name = pathOf(path);
    checked(native.remove(name, true, options?.recursive === true), "rmdir", name);
  },
  unlink(path) {
    const name = pathOf(path);
    checked(native.remove(name, false, false), "unlink", name);
  },
  write(fd, data, offset, length) {
    const file = fileOf(fd, "write");
    if (!file.writes) throw problem("EBADF", -9, "bad file descriptor", "write");
    let bytes = bytesOf(data, typeof data === "string" ? length : undefined);
    if (typeof data !== "string") bytes = bytes.subarray(offset ?? 0, length === undefined || length === null ? undefined : (offset ?? 0) + length);
    put(file.path, bytes, FLAGS.a, "write");
    return bytes.length;
  },
  writeFile(path, data, options) {
    const bytes = bytesOf(data, encodingOf(options));
    if (Number.isInteger(path)) now.write(path, bytes);
    else put(pathOf(path), bytes, flagOf(options?.flag, "w"));
  },
});
for (const name of ["fdatasync", "fsync"]) now[name] = (fd) => void fileOf(fd, name);
const UNCHANGED = ["chmod", "chown", "cp", "fchmod", "ftruncate", "futimes", "link", "symlink", "truncate", "utimes", "writev"];
for (const name of UNCHANGED) {
  now[name] = (path) => {
    const shown = typeof path === "string" ? path : undefined;
    throw problem("EROFS", -30, "code in plans does not change files in this way", name, shown);
  };
}

const fs = { constants, Dirent, Stats, promises: { constants }, ...constants };
for (const name of Object.keys(now)) {
  fs[`${name}Sync`] = now[name];
  fs.promises[name] = async (...args) => now[name](...args);
  fs[name] = (...args) => {
    const callback = args.pop();
    wantsFunction(callback, "cb");
    let result;
    try {
      result = now[name](...args);
    } catch (error) {
      // Arguments of the wrong type are told at once.
      if (error instanceof TypeError) throw error;
      setImmediate(callback, error);
      return;
    }
    if (name === "read" || name === "write") setImmediate(callback, null, result, args[1]);
    else setImmediate(callback, null, result);
  };
}
fs.existsSync = (path) => {
  try {
    return !isProblem(native.stat(pathOf(path), true));
  } catch {
    return false;
  }
};
fs.exists = (path, callback) => {
  wantsFunction(callback, "cb");
  setImmediate(callback, fs.existsSync(path));
};
Object.defineProperty(fs.exists, Symbol.for("nodejs.util.promisify.custom"), { value: async (path) => fs.existsSync(path) });
fs.realpathSync.native = fs.realpathSync;
fs.realpath.native = fs.realpath;
fs.promises.open = async (path, flags) => {
  const fd = now.open(path, flags);
  return {
    fd,
    close: async () => now.close(fd),
    read: async (buffer, ...rest) => ({ bytesRead: now.read(fd, buffer, ...rest), buffer }),
    readFile: async (options) => now.readFile(fd, options),
    stat: async () => now.fstat(fd),
    write: async (data, ...rest) => ({ bytesWritten: now.write(fd, data, ...rest), buffer: data }),
    writeFile: async (data, options) => now.write(fd, bytesOf(data, encodingOf(options))),
    appendFile: async (data, options) => now.write(fd, bytesOf(data, encodingOf(options))),
    async *readLines() {
      yield* lines((await this.readFile("utf8")));
    },
  };
};
const lines = (text) => (text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/));

// Classes of streams, made when something is read or asked for them.
for (const [name, base] of [["ReadStream", "Readable"], ["WriteStream", "Writable"]]) {
  let made;
  Object.defineProperty(fs, name, {
    enumerable: true,
    get() {
      made ??= Object.defineProperty(class extends require("stream")[base] {}, "name", { value: name });
      return made;
    },
  });
}
fs.createReadStream = (path, options = {}) => {
  const given = typeof options === "string" ? { encoding: options } : options;
  const size = given.highWaterMark ?? 64 * 1024;
  let bytes;
  let at = given.start ?? 0;
  const stream = new fs.ReadStream({
    encoding: given.encoding,
    read() {
      if (!open()) return;
      const end = Math.min(bytes.length, (given.end ?? Infinity) + 1);
      const part = bytes.subarray(at, Math.min(at + size, end));
      at += part.length;
      this.push(part.length === 0 ? null : part);
    },
  });
  const open = () => {
    if (stream.destroyed || bytes !== undefined) return !stream.destroyed;
    try {
      bytes = now.readFile(path);
      stream.emit("open", 0);
      return true;
    } catch (error) {
      stream.destroy(error);
      return false;
    }
  };
  process.nextTick(open);
  stream.path = path;
  return stream;
};
fs.createWriteStream = (path, options = {}) => {
  const given = typeof options === "string" ? { encoding: options } : options;
  const name = pathOf(path);
  let begun = false;
  const begin = () => {
    if (!begun) put(name, Buffer.alloc(0), flagOf(given.flags, "w"));
    begun = true;
  };
  const guarded = (work, callback) => {
    try {
      begin();
      work();
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  };
  const stream = new fs.WriteStream({
    final: (callback) => guarded(() => {}, callback),
    write(chunk, encoding, callback) {
      guarded(() => {
        put(name, chunk, FLAGS.a, "write");
        stream.bytesWritten += chunk.length;
      }, callback);
    },
  });
  [stream.path, stream.bytesWritten] = [path, 0];
  process.nextTick(() => {
    guarded(() => {}, (error) => {
      if (error) stream.destroy(error);
      else for (const event of ["open", "ready"]) stream.emit(event, 0);
    });
  });
  return stream;
};
fs.watch = () => {
  throw problem("EROFS", -30, "code in plans does not watch files", "watch");
};
module.exports = fs;
