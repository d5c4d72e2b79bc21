"use strict";
const { refuse } = require("internal/errors");
module.exports = {
  fetch: async () => refuse("fetch()", "requests are steps of the plan, so that they are measured"),
};
