"use strict";
const { make } = require("internal/errors");
const builtinModules = native.names;
module.exports = {
  builtinModules,
  createRequire(file) {
    const path = typeof file === "string" && !file.startsWith("file:") ? file : require("url").fileURLToPath(file);
    if (!path.startsWith("/")) {
      const shown = require("util").inspect(file);
      throw make(TypeError, "ERR_INVALID_ARG_VALUE", `The argument 'filename' must be a file URL object, file URL string, or absolute path string. Received ${shown}`);
    }
    return native.requireOf(path);
  },
  isBuiltin: (name) => builtinModules.includes(`${name}`.replace(/^node:/, "")),
};
