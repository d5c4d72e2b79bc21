// The parser of `k6/experimental/csv` that gives one row at a time. Evaluated once in a user that imports it.
((native) => {
  "use strict";
  const cursors = new WeakMap();
  return class Parser {
    constructor(file, options) {
      cursors.set(this, native.open(file, options));
    }
    async next() {
      const value = native.next(cursors.get(this));
      return value === undefined ? { done: true, value: [] } : { done: false, value };
    }
  };
})
