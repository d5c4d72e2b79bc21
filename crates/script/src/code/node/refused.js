// A module that packages import on the off chance: each of its members says why it does nothing, when it is used.
"use strict";
const { refuse } = require("internal/errors");
const DATA = {
  METHODS: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"],
  STATUS_CODES: {},
  constants: {},
  globalAgent: {},
  isMaster: true,
  isPrimary: true,
  isWorker: false,
  rootCertificates: [],
};
module.exports = (module, why, names) => {
  const made = {};
  for (const name of names.split(" ")) {
    if (name === "promises") made[name] = {};
    else if (Object.hasOwn(DATA, name)) made[name] = DATA[name];
    else {
      // Classes are extended, and functions kept, long before anything is done with them.
      made[name] = function () {
        refuse(`${module}.${name}`, why);
      };
      Object.defineProperty(made[name], "name", { value: name });
    }
  }
  return made;
};
