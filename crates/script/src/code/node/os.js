"use strict";
const memory = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(native.memory)?.[1] ?? 0) * 1024;
module.exports = {
  EOL: "\n",
  devNull: "/dev/null",
  arch: () => "x64",
  availableParallelism: () => native.cpus,
  constants: {
    errno: { EACCES: 13, ECONNREFUSED: 111, ECONNRESET: 104, EEXIST: 17, EINVAL: 22, EISDIR: 21, ENOENT: 2, ENOTDIR: 20, EPERM: 1, EPIPE: 32, EROFS: 30, ETIMEDOUT: 110 },
    signals: { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGUSR1: 10, SIGUSR2: 12, SIGPIPE: 13, SIGTERM: 15 },
  },
  cpus: () =>
    Array.from({ length: native.cpus }, () => ({ model: "unknown", speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } })),
  endianness: () => "LE",
  freemem: () => memory("MemAvailable"),
  homedir: () => process.env.HOME ?? "/",
  hostname: () => native.hostname || "localhost",
  loadavg: () => native.load.split(" ").slice(0, 3).map(Number),
  machine: () => "x86_64",
  networkInterfaces: () => ({}),
  platform: () => "linux",
  release: () => native.release,
  tmpdir: () => (process.env.TMPDIR ?? process.env.TMP ?? process.env.TEMP ?? "/tmp").replace(/(?<=.)\/$/, ""),
  totalmem: () => memory("MemTotal"),
  type: () => "Linux",
  uptime: () => Number(native.uptime.split(" ")[0]),
  userInfo: () => ({ uid: -1, gid: -1, username: process.env.USER ?? "", homedir: process.env.HOME ?? "/", shell: null }),
  version: () => "",
};
