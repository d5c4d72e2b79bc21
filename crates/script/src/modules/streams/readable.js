// `ReadableStream` and its reader, by the rules of the Streams standard, without byte streams. Evaluated once in
// a user that imports `k6/experimental/streams`; gives what `writable.js` builds on.
(() => {
  "use strict";
  // Under this symbol an object carries its state, which scripts cannot reach.
  const S = Symbol("state");
  const ignore = () => {};

  const deferred = () => {
    const it = {};
    it.promise = new Promise((resolve, reject) => Object.assign(it, { resolve, reject }));
    // Nobody has to look at it: a rejection that nobody handles would end the iteration.
    it.promise.catch(ignore);
    return it;
  };
  const highWaterMark = (strategy, fallback) => {
    const given = strategy && strategy.highWaterMark;
    if (given === undefined) return fallback;
    const mark = Number(given);
    if (Number.isNaN(mark) || mark < 0) throw new RangeError("invalid highWaterMark");
    return mark;
  };
  const sizer = (strategy) => {
    const size = strategy && strategy.size;
    if (size === undefined) return () => 1;
    if (typeof size !== "function") throw new TypeError("the strategy's size must be a function");
    return (chunk) => {
      const given = Number(size(chunk));
      if (!(given >= 0) || given === Infinity) throw new RangeError("the size of a chunk must be a number, 0 or more");
      return given;
    };
  };
  const method = (source, name) => {
    const given = source[name];
    if (given === undefined) return undefined;
    if (typeof given !== "function") throw new TypeError(`${name} must be a function`);
    return (...parts) => given.apply(source, parts);
  };
  // The outcome of calling `work`, as a promise, whether it throws or not.
  const outcome = async (work, ...parts) => (work ? work(...parts) : undefined);

  class CountQueuingStrategy {
    constructor(init) {
      if (init === null || typeof init !== "object" || init.highWaterMark === undefined) {
        throw new TypeError("a highWaterMark is required");
      }
      this.highWaterMark = Number(init.highWaterMark);
    }
    size() {
      return 1;
    }
  }
  class ByteLengthQueuingStrategy extends CountQueuingStrategy {
    size(chunk) {
      return chunk.byteLength;
    }
  }

  const settleReader = (stream, close) => {
    const { reader } = stream[S];
    if (reader) close(reader[S]);
  };
  const closeStream = (stream) => {
    stream[S].phase = "closed";
    settleReader(stream, (reader) => {
      for (const wanted of reader.wanted.splice(0)) wanted.resolve({ value: undefined, done: true });
      reader.closed.resolve(undefined);
    });
  };
  const failStream = (stream, reason) => {
    const state = stream[S];
    if (state.phase !== "readable") return;
    state.phase = "errored";
    state.reason = reason;
    state.queue = [];
    state.total = 0;
    settleReader(stream, (reader) => {
      for (const wanted of reader.wanted.splice(0)) wanted.reject(reason);
      reader.closed.reject(reason);
    });
  };
  const desired = (state) => {
    if (state.phase === "errored") return null;
    return state.phase === "closed" ? 0 : state.mark - state.total;
  };
  const wantsMore = (state) => {
    if (!state.started || state.phase !== "readable" || state.closing) return false;
    return (state.reader && state.reader[S].wanted.length > 0) || desired(state) > 0;
  };
  const pull = (stream) => {
    const state = stream[S];
    if (!wantsMore(state)) return;
    if (state.pulling) {
      state.again = true;
      return;
    }
    state.pulling = true;
    outcome(state.pull, state.controller).then(
      () => {
        state.pulling = false;
        if (!state.again) return;
        state.again = false;
        pull(stream);
      },
      (reason) => failStream(stream, reason),
    );
  };
  const cancelStream = async (stream, reason) => {
    const state = stream[S];
    if (state.phase === "closed") return;
    if (state.phase === "errored") throw state.reason;
    state.queue = [];
    state.total = 0;
    closeStream(stream);
    await outcome(state.cancel, reason);
  };

  class ReadableStreamDefaultController {
    constructor(key, stream) {
      if (key !== S) throw new TypeError("controllers are made by their stream");
      this[S] = stream;
    }
    get desiredSize() {
      return desired(this[S][S]);
    }
    enqueue(chunk) {
      const stream = this[S];
      const state = stream[S];
      if (state.phase !== "readable" || state.closing) throw new TypeError("the stream is closed");
      const wanted = state.reader && state.reader[S].wanted.shift();
      if (wanted) {
        wanted.resolve({ value: chunk, done: false });
      } else {
        let size;
        try {
          size = state.size(chunk);
        } catch (reason) {
          failStream(stream, reason);
          throw reason;
        }
        state.queue.push({ chunk, size });
        state.total += size;
      }
      pull(stream);
    }
    close() {
      const state = this[S][S];
      if (state.phase !== "readable" || state.closing) throw new TypeError("the stream is closed already");
      state.closing = true;
      if (state.queue.length === 0) closeStream(this[S]);
    }
    error(reason) {
      failStream(this[S], reason);
    }
  }

  class ReadableStreamDefaultReader {
    constructor(stream) {
      if (!(stream instanceof ReadableStream)) throw new TypeError("a reader needs a ReadableStream");
      const state = stream[S];
      if (state.reader) throw new TypeError("the stream is locked to a reader already");
      this[S] = { stream, wanted: [], closed: deferred() };
      state.reader = this;
      if (state.phase === "closed") this[S].closed.resolve(undefined);
      if (state.phase === "errored") this[S].closed.reject(state.reason);
    }
    get closed() {
      return this[S].closed.promise;
    }
    async read() {
      const { stream, wanted } = this[S];
      if (!stream) throw new TypeError("the reader has released its stream");
      const state = stream[S];
      if (state.phase === "errored") throw state.reason;
      if (state.phase === "closed") return { value: undefined, done: true };
      const first = state.queue.shift();
      if (first) {
        state.total = state.queue.length === 0 ? 0 : state.total - first.size;
        if (state.closing && state.queue.length === 0) closeStream(stream);
        else pull(stream);
        return { value: first.chunk, done: false };
      }
      const next = deferred();
      wanted.push(next);
      pull(stream);
      return next.promise;
    }
    async cancel(reason) {
      const { stream } = this[S];
      if (!stream) throw new TypeError("the reader has released its stream");
      return cancelStream(stream, reason);
    }
    releaseLock() {
      const own = this[S];
      if (!own.stream) return;
      const reason = new TypeError("the reader has released its stream");
      for (const wanted of own.wanted.splice(0)) wanted.reject(reason);
      if (own.stream[S].phase === "readable") own.closed.reject(reason);
      else {
        own.closed = deferred();
        own.closed.reject(reason);
      }
      own.stream[S].reader = undefined;
      own.stream = undefined;
    }
  }

  class ReadableStream {
    constructor(source, strategy) {
      const from = source === undefined || source === null ? {} : source;
      if (typeof from !== "object") throw new TypeError("the source of a stream must be an object");
      if (from.type !== undefined) throw new RangeError("byte streams are not supported: leave type out");
      const state = {
        phase: "readable",
        queue: [],
        total: 0,
        size: sizer(strategy),
        mark: highWaterMark(strategy, 1),
        pull: method(from, "pull"),
        cancel: method(from, "cancel"),
      };
      this[S] = state;
      state.controller = new ReadableStreamDefaultController(S, this);
      const start = method(from, "start");
      const begun = start ? start(state.controller) : undefined;
      Promise.resolve(begun).then(
        () => {
          state.started = true;
          pull(this);
        },
        (reason) => failStream(this, reason),
      );
    }
    static from(items) {
      const iterate = items[Symbol.asyncIterator] || items[Symbol.iterator];
      if (typeof iterate !== "function") throw new TypeError("the value cannot be iterated over");
      const iterator = iterate.call(items);
      return new ReadableStream(
        {
          async pull(controller) {
            const { value, done } = await iterator.next();
            if (done) controller.close();
            else controller.enqueue(await value);
          },
          async cancel(reason) {
            if (iterator.return) await iterator.return(reason);
          },
        },
        { highWaterMark: 0 },
      );
    }
    get locked() {
      return this[S].reader !== undefined;
    }
    // What k6 shows of its own structure; nothing reads it.
    get source() {
      return null;
    }
    async cancel(reason) {
      if (this.locked) throw new TypeError("a locked stream cannot be cancelled");
      return cancelStream(this, reason);
    }
    getReader(options) {
      if (options && options.mode !== undefined) throw new TypeError("there are no byte streams, and no mode for them");
      return new ReadableStreamDefaultReader(this);
    }
    tee() {
      const reader = this.getReader();
      const branches = [];
      const left = new Set([0, 1]);
      const reasons = [];
      const all = deferred();
      const source = (nth) => ({
        async pull() {
          const { value, done } = await reader.read();
          for (const other of left) {
            if (done) branches[other].close();
            else branches[other].enqueue(value);
          }
          if (done) left.clear();
        },
        cancel(reason) {
          left.delete(nth);
          reasons[nth] = reason;
          if (left.size === 0) reader.cancel(reasons).then(all.resolve, all.reject);
          return all.promise;
        },
        start(controller) {
          branches[nth] = controller;
        },
      });
      const made = [0, 1].map((nth) => new ReadableStream(source(nth)));
      reader.closed.catch((reason) => branches.forEach((branch) => branch.error(reason)));
      return made;
    }
    // Not an async generator: what a loop leaves behind must be cancelled at once, not some jobs later.
    [Symbol.asyncIterator](options) {
      const reader = this.getReader();
      let ended = false;
      const end = () => {
        ended = true;
        reader.releaseLock();
      };
      return {
        async next() {
          if (ended) return { value: undefined, done: true };
          try {
            const result = await reader.read();
            if (result.done) end();
            return result;
          } catch (reason) {
            end();
            throw reason;
          }
        },
        async return(value) {
          if (!ended) {
            const cancelled = options && options.preventCancel ? undefined : reader.cancel(value);
            end();
            await cancelled;
          }
          return { value, done: true };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    }
    values(options) {
      return ReadableStream.prototype[Symbol.asyncIterator].call(this, options);
    }
  }

  const tools = { deferred, highWaterMark, sizer, method, outcome };
  return {
    tools,
    ReadableStream,
    ReadableStreamDefaultController,
    ReadableStreamDefaultReader,
    CountQueuingStrategy,
    ByteLengthQueuingStrategy,
  };
})()
