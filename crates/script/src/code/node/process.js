"use strict";
const EventEmitter = require("events");
const { make, refuse, wantsFunction } = require("internal/errors");
const TAKEN = "v20.20.2";

const hrtime = (before) => {
  const now = native.nanoseconds;
  const at = [Number(now / 1000000000n), Number(now % 1000000000n)];
  if (before === undefined) return at;
  const past = now - (BigInt(before[0]) * 1000000000n + BigInt(before[1]));
  return [Number(past / 1000000000n), Number(past % 1000000000n)];
};
hrtime.bigint = () => native.nanoseconds;

const stream = (level) => {
  const made = new EventEmitter();
  return Object.assign(made, {
    fd: level === "error" ? 2 : 1,
    isTTY: false,
    writable: true,
    columns: undefined,
    write(chunk, encoding, callback) {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      // What is printed ends its line by itself.
      native.print(level, text.endsWith("\n") ? text.slice(0, -1) : text);
      const told = typeof encoding === "function" ? encoding : callback;
      if (typeof told === "function") process.nextTick(told);
      return true;
    },
    end(chunk) {
      if (chunk !== undefined) this.write(chunk);
    },
    getColorDepth: () => 1,
    hasColors: () => false,
  });
};

const environment = native.env;
const process = Object.assign(new EventEmitter(), {
  title: "plimsoll",
  arch: "x64",
  platform: "linux",
  argv: native.argv,
  argv0: native.argv[0],
  execArgv: [],
  execPath: native.argv[0],
  exitCode: undefined,
  pid: native.pid,
  ppid: 1,
  version: TAKEN,
  versions: { node: TAKEN.slice(1) },
  release: { name: "node" },
  config: { variables: {} },
  features: {},
  // Everything in an environment is text.
  env: new Proxy(environment, {
    set(target, key, value) {
      target[key] = typeof key === "symbol" ? value : `${value}`;
      return true;
    },
    defineProperty: (target, key, own) => Reflect.defineProperty(target, key, "value" in own ? { ...own, value: `${own.value}` } : own),
  }),
  stdout: stream("info"),
  stderr: stream("error"),
  stdin: Object.assign(new EventEmitter(), { fd: 0, isTTY: false, read: () => null, resume() {}, pause() {}, setEncoding() {} }),
  cwd: () => native.cwd,
  hrtime,
  uptime: () => Number(native.nanoseconds) / 1e9,
  memoryUsage: Object.assign(
    () => ({ rss: native.memory, heapTotal: native.memory, heapUsed: native.memory, external: 0, arrayBuffers: 0 }),
    { rss: () => native.memory },
  ),
  cpuUsage: () => ({ user: Math.round(Number(native.nanoseconds) / 1e3), system: 0 }),
  resourceUsage: () => ({ userCPUTime: Math.round(Number(native.nanoseconds) / 1e3), systemCPUTime: 0, maxRSS: native.memory }),
  nextTick(callback, ...args) {
    wantsFunction(callback, "callback");
    native.tick(args.length === 0 ? callback : () => callback(...args));
  },
  emitWarning(warning, type) {
    const name = (typeof type === "object" ? type?.type : type) ?? (warning instanceof Error ? warning.name : "Warning");
    native.print("error", `(plimsoll) ${name}: ${warning instanceof Error ? warning.message : warning}`);
  },
  exit: () => refuse("process.exit()", "a run ends by its plan"),
  abort: () => refuse("process.abort()", "a run ends by its plan"),
  kill: () => refuse("process.kill()", "signals are the user's"),
  chdir: () => refuse("process.chdir()", "the folder is that of the whole run"),
  binding: (name) => {
    throw make(Error, "ERR_INVALID_MODULE", `No such binding: ${name}`);
  },
  umask: () => 0o22,
  getuid: () => 0,
  geteuid: () => 0,
  getgid: () => 0,
  getegid: () => 0,
});
Object.defineProperty(process, Symbol.toStringTag, { value: "process", configurable: true });
module.exports = process;
