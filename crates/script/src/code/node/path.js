"use strict";
const { wantsString, wrongType } = require("internal/errors");

const parts = (path) => path.split("/").filter((part) => part !== "" && part !== ".");
const normalised = (path, rooted) => {
  const made = [];
  for (const part of parts(path)) {
    if (part !== "..") made.push(part);
    else if (made.length > 0 && made.at(-1) !== "..") made.pop();
    else if (!rooted) made.push(part);
  }
  return made.join("/");
};

const normalize = (path) => {
  wantsString(path, "path");
  if (path === "") return ".";
  const rooted = path.startsWith("/");
  let made = normalised(path, rooted);
  if (made === "" && !rooted) made = ".";
  if (made !== "" && path.endsWith("/")) made += "/";
  return rooted ? `/${made}`.replace(/^\/+/, "/") : made;
};

const resolve = (...paths) => {
  let made = "";
  for (const path of [...paths].reverse()) {
    wantsString(path, "path");
    if (path === "") continue;
    made = made === "" ? path : `${path}/${made}`;
    if (path.startsWith("/")) break;
  }
  if (!made.startsWith("/")) made = `${process.cwd()}/${made}`;
  return `/${normalised(made, true)}`;
};

// Without the slashes at its end, unless it is nothing else.
const trimmed = (path) => path.replace(/(?<=[^/])\/+$/, "");

const dirname = (path) => {
  wantsString(path, "path");
  const short = trimmed(path);
  const at = short.lastIndexOf("/");
  if (short === "" || at < 0) return ".";
  if (/^\/+$/.test(short)) return "/";
  const folder = short.slice(0, at);
  return folder === "" ? "/" : folder === "/" && short.startsWith("//") ? "//" : trimmed(folder);
};

const basename = (path, suffix) => {
  wantsString(path, "path");
  if (suffix !== undefined) wantsString(suffix, "suffix");
  if (suffix !== undefined && suffix === path) return "";
  const short = trimmed(path);
  const name = /^\/+$/.test(short) ? "" : short.slice(short.lastIndexOf("/") + 1);
  return suffix !== undefined && name !== suffix && name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name;
};

const extname = (path) => {
  const name = basename(path);
  const at = name.lastIndexOf(".");
  return at <= 0 || name === ".." ? "" : name.slice(at);
};

const parse = (path) => {
  wantsString(path, "path");
  if (path === "") return { root: "", dir: "", base: "", ext: "", name: "" };
  const root = path.startsWith("/") ? "/" : "";
  const base = basename(path);
  const ext = extname(path);
  const dir = dirname(path);
  const hasFolder = trimmed(path).includes("/");
  return { root, dir: hasFolder ? dir : root, base, ext, name: ext === "" ? base : base.slice(0, -ext.length) };
};

const posix = {
  sep: "/",
  delimiter: ":",
  basename,
  dirname,
  extname,
  format(path) {
    if (path === null || typeof path !== "object") throw wrongType("pathObject", "of type object", path);
    const folder = path.dir || path.root;
    const ext = path.ext ? (path.ext.startsWith(".") ? path.ext : `.${path.ext}`) : "";
    const base = path.base || `${path.name ?? ""}${ext}`;
    if (!folder) return base;
    return folder === path.root ? `${folder}${base}` : `${folder}/${base}`;
  },
  isAbsolute(path) {
    wantsString(path, "path");
    return path.startsWith("/");
  },
  join(...paths) {
    paths.forEach((path) => wantsString(path, "path"));
    const joined = paths.filter((path) => path !== "").join("/");
    return joined === "" ? "." : normalize(joined);
  },
  matchesGlob() {
    throw new Error("path.matchesGlob is not offered");
  },
  normalize,
  parse,
  relative(from, to) {
    wantsString(from, "from");
    wantsString(to, "to");
    const left = parts(resolve(from));
    const right = parts(resolve(to));
    let shared = 0;
    while (shared < left.length && shared < right.length && left[shared] === right[shared]) shared += 1;
    return [...left.slice(shared).map(() => ".."), ...right.slice(shared)].join("/");
  },
  resolve,
  toNamespacedPath: (path) => path,
};
delete posix.matchesGlob;
module.exports = posix;
posix.posix = posix;
// Paths are those of the machine that the run is on.
posix.win32 = posix;
