// `WritableStream` with its writer, `TransformStream` and piping, by the rules of the Streams standard. Takes
// what `readable.js` gave and adds to it.
((readable) => {
  "use strict";
  const { deferred, highWaterMark, sizer, method, outcome } = readable.tools;
  const { ReadableStream } = readable;
  const S = Symbol("state");

  const desired = (state) => {
    if (state.phase === "errored" || state.phase === "erroring") return null;
    return state.phase === "closed" ? 0 : state.mark - state.total;
  };
  // Lets the writer know whether it should wait before the next chunk.
  const settleReady = (state) => {
    const pressed = state.phase === "writable" && !state.closing && desired(state) <= 0;
    if (pressed && !state.pressed) state.ready = deferred();
    if (!pressed && state.pressed) state.ready.resolve(undefined);
    state.pressed = pressed;
  };
  const fail = (state, reason) => {
    if (state.phase !== "writable") return;
    state.phase = "erroring";
    state.reason = reason;
    if (state.pressed) state.ready.reject(reason);
    else {
      state.ready = deferred();
      state.ready.reject(reason);
    }
    state.pressed = false;
    if (state.started && !state.busy) finishFailing(state);
  };
  const finishFailing = (state) => {
    state.phase = "errored";
    for (const waiting of state.queue.splice(0)) waiting.done.reject(state.reason);
    state.total = 0;
    const { aborting } = state;
    state.aborting = undefined;
    const end = () => {
      if (state.closing) state.closing.reject(state.reason);
      state.closed.reject(state.reason);
    };
    if (!aborting) return end();
    outcome(state.abort, aborting.reason).then(aborting.done.resolve, aborting.done.reject).then(end);
  };
  const advance = (state) => {
    if (!state.started || state.busy) return;
    if (state.phase === "erroring") return finishFailing(state);
    if (state.phase !== "writable") return;
    const next = state.queue[0];
    if (next) {
      state.busy = true;
      outcome(state.write, next.chunk, state.controller).then(
        () => {
          state.busy = false;
          if (state.queue[0] === next) state.queue.shift();
          state.total = state.queue.length === 0 ? 0 : state.total - next.size;
          next.done.resolve(undefined);
          settleReady(state);
          advance(state);
        },
        (reason) => {
          state.busy = false;
          if (state.queue[0] === next) state.queue.shift();
          next.done.reject(reason);
          fail(state, reason);
          if (state.phase === "erroring") finishFailing(state);
        },
      );
    } else if (state.closing) {
      state.busy = true;
      outcome(state.close).then(
        () => {
          state.busy = false;
          state.phase = "closed";
          state.closing.resolve(undefined);
          state.closed.resolve(undefined);
          if (state.aborting) state.aborting.done.resolve(undefined);
        },
        (reason) => {
          state.busy = false;
          fail(state, reason);
          if (state.phase === "erroring") finishFailing(state);
        },
      );
    }
  };
  const closeStream = async (state) => {
    if (state.phase === "closed" || state.closing) throw new TypeError("the stream is closed or closing already");
    if (state.phase !== "writable") throw state.reason;
    state.closing = deferred();
    settleReady(state);
    advance(state);
    return state.closing.promise;
  };
  const abortStream = async (state, reason) => {
    if (state.phase === "closed" || state.phase === "errored") return undefined;
    if (!state.aborting) {
      state.aborting = { reason, done: deferred() };
      const { done } = state.aborting;
      fail(state, reason);
      return done.promise;
    }
    return state.aborting.done.promise;
  };

  class WritableStreamDefaultController {
    constructor(key, state) {
      if (key !== S) throw new TypeError("controllers are made by their stream");
      this[S] = state;
    }
    error(reason) {
      fail(this[S], reason);
    }
  }

  class WritableStreamDefaultWriter {
    constructor(stream) {
      if (!(stream instanceof WritableStream)) throw new TypeError("a writer needs a WritableStream");
      if (stream.locked) throw new TypeError("the stream is locked to a writer already");
      this[S] = stream[S];
      stream[S].writer = this;
    }
    get closed() {
      return this[S] ? this[S].closed.promise : Promise.reject(new TypeError("the writer has released its stream"));
    }
    get desiredSize() {
      if (!this[S]) throw new TypeError("the writer has released its stream");
      return desired(this[S]);
    }
    get ready() {
      return this[S] ? this[S].ready.promise : Promise.reject(new TypeError("the writer has released its stream"));
    }
    async abort(reason) {
      if (!this[S]) throw new TypeError("the writer has released its stream");
      return abortStream(this[S], reason);
    }
    async close() {
      if (!this[S]) throw new TypeError("the writer has released its stream");
      return closeStream(this[S]);
    }
    releaseLock() {
      if (!this[S]) return;
      this[S].writer = undefined;
      this[S] = undefined;
    }
    async write(chunk) {
      const state = this[S];
      if (!state) throw new TypeError("the writer has released its stream");
      if (state.phase === "closed" || state.closing) throw new TypeError("the stream is closed or closing");
      if (state.phase !== "writable") throw state.reason;
      let size;
      try {
        size = state.size(chunk);
      } catch (reason) {
        fail(state, reason);
        throw reason;
      }
      const done = deferred();
      state.queue.push({ chunk, size, done });
      state.total += size;
      settleReady(state);
      advance(state);
      return done.promise;
    }
  }

  class WritableStream {
    constructor(sink, strategy) {
      const into = sink === undefined || sink === null ? {} : sink;
      if (typeof into !== "object") throw new TypeError("the sink of a stream must be an object");
      if (into.type !== undefined) throw new RangeError("the type of a sink must be undefined");
      const state = {
        phase: "writable",
        queue: [],
        total: 0,
        size: sizer(strategy),
        mark: highWaterMark(strategy, 1),
        write: method(into, "write"),
        close: method(into, "close"),
        abort: method(into, "abort"),
        closed: deferred(),
        ready: deferred(),
        pressed: true,
      };
      this[S] = state;
      settleReady(state);
      state.controller = new WritableStreamDefaultController(S, state);
      const start = method(into, "start");
      const begun = start ? start(state.controller) : undefined;
      Promise.resolve(begun).then(
        () => {
          state.started = true;
          advance(state);
        },
        (reason) => {
          state.started = true;
          fail(state, reason);
        },
      );
    }
    get locked() {
      return this[S].writer !== undefined;
    }
    async abort(reason) {
      if (this.locked) throw new TypeError("a locked stream can only be aborted by its writer");
      return abortStream(this[S], reason);
    }
    async close() {
      if (this.locked) throw new TypeError("a locked stream can only be closed by its writer");
      return closeStream(this[S]);
    }
    getWriter() {
      return new WritableStreamDefaultWriter(this);
    }
  }

  class TransformStream {
    constructor(transformer, writableStrategy, readableStrategy) {
      const by = transformer === undefined || transformer === null ? {} : transformer;
      const transform = method(by, "transform") || ((chunk, controller) => controller.enqueue(chunk));
      const [start, flush] = [method(by, "start"), method(by, "flush")];
      let inner;
      let wanted = deferred();
      const controller = {
        get desiredSize() {
          return inner.desiredSize;
        },
        enqueue: (chunk) => inner.enqueue(chunk),
        error: (reason) => (inner.error(reason), fail(this.writable[S], reason)),
        terminate: () => (inner.close(), fail(this.writable[S], new TypeError("the transformation was ended"))),
      };
      const mark = highWaterMark(readableStrategy, 0);
      this.readable = new ReadableStream(
        {
          start: (given) => (inner = given),
          pull: () => (wanted.resolve(undefined), undefined),
          cancel: (reason) => fail(this.writable[S], reason),
        },
        { ...(readableStrategy || {}), highWaterMark: mark },
      );
      this.writable = new WritableStream(
        {
          start: () => (start ? start(controller) : undefined),
          async write(chunk) {
            if (inner.desiredSize <= 0) await wanted.promise;
            wanted = deferred();
            try {
              await transform(chunk, controller);
            } catch (reason) {
              inner.error(reason);
              throw reason;
            }
          },
          async close() {
            if (flush) await flush(controller);
            inner.close();
          },
          abort: (reason) => inner.error(reason),
        },
        writableStrategy,
      );
    }
  }

  // Hands every chunk of `from` to `into`, which is closed or aborted when `from` ends, unless the options say
  // otherwise.
  const pipe = async (from, into, options = {}) => {
    const reader = from.getReader();
    const writer = into.getWriter();
    try {
      for (;;) {
        await writer.ready;
        const { value, done } = await reader.read();
        if (done) break;
        writer.write(value).catch(() => {});
      }
      if (!options.preventClose) await writer.close();
    } catch (reason) {
      if (!options.preventAbort) await writer.abort(reason);
      if (!options.preventCancel) await reader.cancel(reason).catch(() => {});
      throw reason;
    } finally {
      reader.releaseLock();
      writer.releaseLock();
    }
  };
  ReadableStream.prototype.pipeTo = function pipeTo(into, options) {
    return pipe(this, into, options);
  };
  ReadableStream.prototype.pipeThrough = function pipeThrough(pair, options) {
    pipe(this, pair.writable, options).catch(() => {});
    return pair.readable;
  };

  const { tools, ...streams } = readable;
  return {
    ...streams,
    TransformStream,
    WritableStream,
    WritableStreamDefaultController,
    WritableStreamDefaultWriter,
  };
})
