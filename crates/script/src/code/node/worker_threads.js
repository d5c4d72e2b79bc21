"use strict";
const { refuse } = require("internal/errors");
class Worker {
  constructor() {
    refuse("a worker thread", "users run on the threads of the run");
  }
}
module.exports = { Worker, isMainThread: true, parentPort: null, resourceLimits: {}, threadId: 0, workerData: null };
