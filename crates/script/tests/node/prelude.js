// What the cases beside it find: the modules, and what a piece of work throws.
const assert = require('assert');
const crypto = require('crypto');
const EventEmitter = require('events');
const fs = require('fs');
const mod = require('module');
const os = require('os');
const path = require('path');
const perf = require('perf_hooks');
const qs = require('querystring');
const stream = require('stream');
const { StringDecoder } = require('string_decoder');
const url = require('url');
const util = require('util');
const thrown = (work) => {
  try {
    work();
  } catch (e) {
    return { name: e.name, code: e.code, message: e.message, operator: e.operator, syscall: e.syscall, path: e.path };
  }
  return 'nothing';
};
