"use strict";
const EventEmitter = require("events");
const { make } = require("internal/errors");

class Stream extends EventEmitter {
  destroyed = false;
  errored = null;
  closed = false;
  _construct = undefined;
  destroy(error) {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.errored = error ?? null;
    this._destroy(error ?? null, (failure) => {
      process.nextTick(() => {
        if (failure) this.emit("error", failure);
        this.closed = true;
        this.emit("close");
      });
    });
    return this;
  }
  _destroy(error, callback) {
    callback(error);
  }
  pipe(target, options) {
    this.on("data", (chunk) => {
      if (target.write(chunk) === false) {
        this.pause();
        target.once("drain", () => this.resume());
      }
    });
    if (options?.end !== false) this.once("end", () => target.end());
    target.emit("pipe", this);
    return target;
  }
}

const readable = {
  // What a stream keeps of its reading side.
  begin(stream, options) {
    stream._read ??= undefined;
    if (typeof options.read === "function") stream._read = options.read;
    const state = {
      queue: [],
      size: 0,
      limit: options.highWaterMark ?? (options.objectMode || options.readableObjectMode ? 16 : 65536),
      objects: Boolean(options.objectMode || options.readableObjectMode),
      flowing: null,
      reading: false,
      ended: false,
      told: false,
      scheduled: false,
      decoder: undefined,
      autoDestroy: options.autoDestroy !== false,
    };
    Object.defineProperty(stream, "_readableState", { value: state, configurable: true });
    if (options.encoding) stream.setEncoding(options.encoding);
  },
  methods: {
    get readable() {
      return !this.destroyed && !this._readableState.told;
    },
    get readableEnded() {
      return this._readableState.told;
    },
    get readableFlowing() {
      return this._readableState.flowing;
    },
    get readableLength() {
      return this._readableState.size;
    },
    get readableObjectMode() {
      return this._readableState.objects;
    },
    setEncoding(encoding) {
      const { StringDecoder } = require("string_decoder");
      this._readableState.decoder = new StringDecoder(encoding);
      return this;
    },
    push(chunk, encoding) {
      const state = this._readableState;
      state.reading = false;
      if (chunk === null) {
        const rest = state.decoder?.end();
        if (rest) state.queue.push(rest);
        state.ended = true;
      } else {
        if (state.ended) {
          this.destroy(make(Error, "ERR_STREAM_PUSH_AFTER_EOF", "stream.push() after EOF"));
          return false;
        }
        let piece = chunk;
        if (!state.objects) {
          if (typeof piece === "string") piece = Buffer.from(piece, encoding);
          else if (!Buffer.isBuffer(piece)) piece = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
          if (state.decoder !== undefined) piece = state.decoder.write(piece);
          if (piece.length === 0) return state.size < state.limit;
        }
        state.queue.push(piece);
        state.size += state.objects ? 1 : piece.length;
      }
      this._tell();
      return state.size < state.limit;
    },
    unshift(chunk) {
      this._readableState.queue.unshift(chunk);
      this._readableState.size += this._readableState.objects ? 1 : chunk.length;
      this._tell();
    },
    _tell() {
      const state = this._readableState;
      if (state.scheduled) return;
      state.scheduled = true;
      process.nextTick(() => {
        state.scheduled = false;
        this._move();
      });
    },
    // Hands on what there is, asks for more, and tells of the end.
    _move() {
      const state = this._readableState;
      if (this.destroyed) return;
      while (state.flowing && state.queue.length > 0) {
        this.emit("data", this._take());
        if (this.destroyed) return;
      }
      if (state.queue.length === 0 && state.ended) {
        if (!state.told && (state.flowing || this.listenerCount("readable") > 0 || state.waited)) {
          state.told = true;
          this.emit("end");
          if (state.autoDestroy && (this._writableState === undefined || this._writableState.finished)) this.destroy();
        }
        return;
      }
      if (state.queue.length > 0 && !state.flowing) this.emit("readable");
      this._ask();
    },
    _take() {
      const state = this._readableState;
      const chunk = state.queue.shift();
      state.size -= state.objects ? 1 : chunk.length;
      return chunk;
    },
    _ask() {
      const state = this._readableState;
      const full = state.size >= Math.max(state.limit, 1);
      if (state.reading || state.ended || this.destroyed || full || this._read === undefined) return;
      state.reading = true;
      try {
        this._read(state.limit);
      } catch (error) {
        this.destroy(error);
      }
    },
    read() {
      const state = this._readableState;
      if (state.queue.length === 0) {
        this._tell();
        return null;
      }
      if (state.objects) return this._take();
      const all = state.queue.splice(0);
      state.size = 0;
      this._tell();
      return typeof all[0] === "string" ? all.join("") : Buffer.concat(all);
    },
    resume() {
      this._readableState.flowing = true;
      this._tell();
      return this;
    },
    pause() {
      this._readableState.flowing = false;
      return this;
    },
    isPaused() {
      return this._readableState.flowing === false;
    },
    on(name, listener) {
      EventEmitter.prototype.on.call(this, name, listener);
      if (name === "data" && this._readableState.flowing !== false) this.resume();
      if (name === "readable") this._tell();
      return this;
    },
    addListener(name, listener) {
      return this.on(name, listener);
    },
    async *[Symbol.asyncIterator]() {
      const state = this._readableState;
      state.waited = true;
      let wake;
      const ring = () => wake?.();
      for (const name of ["readable", "end", "close", "error"]) EventEmitter.prototype.on.call(this, name, ring);
      try {
        for (;;) {
          if (this.errored) throw this.errored;
          if (state.queue.length > 0) yield this._take();
          else if (state.told || this.destroyed) return;
          else {
            const woken = new Promise((resolve) => {
              wake = resolve;
            });
            this._tell();
            await woken;
          }
        }
      } finally {
        for (const name of ["readable", "end", "close", "error"]) this.removeListener(name, ring);
        if (state.autoDestroy || !state.told) this.destroy();
      }
    },
    async toArray() {
      const all = [];
      for await (const chunk of this) all.push(chunk);
      return all;
    },
  },
};

const writable = {
  begin(stream, options) {
    for (const name of ["write", "writev", "final"]) if (typeof options[name] === "function") stream[`_${name}`] = options[name];
    const objects = Boolean(options.objectMode || options.writableObjectMode);
    const state = { queue: [], size: 0, limit: options.highWaterMark ?? (objects ? 16 : 16384), objects, busy: false, ending: false, finished: false, drain: false, strings: options.decodeStrings === false, autoDestroy: options.autoDestroy !== false };
    Object.defineProperty(stream, "_writableState", { value: state, configurable: true });
  },
  methods: {
    get writable() {
      return !this.destroyed && !this._writableState.ending;
    },
    get writableEnded() {
      return this._writableState.ending;
    },
    get writableFinished() {
      return this._writableState.finished;
    },
    get writableLength() {
      return this._writableState.size;
    },
    write(chunk, encoding, callback) {
      if (typeof encoding === "function") [encoding, callback] = [undefined, encoding];
      const state = this._writableState;
      if (state.ending) {
        const error = make(Error, "ERR_STREAM_WRITE_AFTER_END", "write after end");
        callback?.(error);
        this.destroy(error);
        return false;
      }
      let piece = chunk;
      if (!state.objects && typeof chunk === "string" && !state.strings) [piece, encoding] = [Buffer.from(chunk, encoding), "buffer"];
      state.queue.push({ piece, encoding: encoding ?? "buffer", callback });
      state.size += state.objects ? 1 : piece.length;
      const room = state.size < state.limit;
      state.drain ||= !room;
      this._next();
      return room;
    },
    _next() {
      const state = this._writableState;
      if (state.busy || this.destroyed) return;
      const job = state.queue.shift();
      if (job === undefined) {
        this._finish();
        return;
      }
      state.busy = true;
      const done = (error) => {
        state.busy = false;
        state.size -= state.objects ? 1 : job.piece.length;
        if (job.callback) process.nextTick(job.callback, error ?? null);
        if (error) {
          this.destroy(error);
          return;
        }
        if (state.drain && state.size === 0) {
          state.drain = false;
          process.nextTick(() => this.emit("drain"));
        }
        this._next();
      };
      try {
        this._write(job.piece, job.encoding, done);
      } catch (error) {
        this.destroy(error);
      }
    },
    _write(chunk, encoding, callback) {
      callback(make(Error, "ERR_METHOD_NOT_IMPLEMENTED", "The _write() method is not implemented"));
    },
    _finish() {
      const state = this._writableState;
      if (!state.ending || state.finished || state.busy || state.finishing) return;
      state.finishing = true;
      const told = (error) => {
        if (error) {
          this.destroy(error);
          return;
        }
        process.nextTick(() => {
          state.finished = true;
          this.emit("finish");
          if (state.autoDestroy && (this._readableState === undefined || this._readableState.told)) this.destroy();
        });
      };
      if (typeof this._final === "function") this._final(told);
      else told();
    },
    end(chunk, encoding, callback) {
      if (typeof chunk === "function") [chunk, callback] = [undefined, chunk];
      if (typeof encoding === "function") [encoding, callback] = [undefined, encoding];
      if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
      if (callback) this.once("finish", callback);
      this._writableState.ending = true;
      this._next();
      return this;
    },
    cork() {},
    uncork() {},
    setDefaultEncoding() {
      return this;
    },
  },
};

const add = (target, { methods }) => {
  for (const key of Reflect.ownKeys(methods)) {
    const own = Object.getOwnPropertyDescriptor(methods, key);
    Object.defineProperty(target.prototype, key, { ...own, enumerable: false });
  }
};

// Old packages call these without `new`, from constructors of their own.
const callable = (Class) =>
  new Proxy(Class, {
    apply(target, self, args) {
      const made = Reflect.construct(target, args, self === undefined || self === null ? target : self.constructor);
      if (self === undefined || self === null) return made;
      for (const key of Reflect.ownKeys(made)) Object.defineProperty(self, key, Object.getOwnPropertyDescriptor(made, key));
      return undefined;
    },
  });

const begun = (options, stream) => {
  if (typeof options.destroy === "function") stream._destroy = options.destroy;
  if (typeof options.construct === "function") options.construct.call(stream, () => {});
};
class ReadableStream extends Stream {
  constructor(options = {}) {
    super();
    readable.begin(this, options ?? {});
    begun(options ?? {}, this);
  }
}
add(ReadableStream, readable);
class WritableStream extends Stream {
  constructor(options = {}) {
    super();
    writable.begin(this, options ?? {});
    begun(options ?? {}, this);
  }
}
add(WritableStream, writable);
class DuplexStream extends ReadableStream {
  constructor(options = {}) {
    super(options);
    writable.begin(this, options ?? {});
    this.allowHalfOpen = options?.allowHalfOpen !== false;
  }
}
add(DuplexStream, writable);
class TransformStream extends DuplexStream {
  constructor(options = {}) {
    super(options);
    for (const name of ["transform", "flush"]) if (typeof options?.[name] === "function") this[`_${name}`] = options[name];
  }
  _read() {}
  _write(chunk, encoding, callback) {
    this._transform(chunk, encoding, (error, made) => {
      if (!error && made !== undefined && made !== null) this.push(made);
      callback(error);
    });
  }
  _final(callback) {
    const end = (error, made) => {
      if (!error && made !== undefined && made !== null) this.push(made);
      if (!error) this.push(null);
      callback(error);
    };
    if (typeof this._flush === "function") this._flush(end);
    else end();
  }
  _transform(chunk, encoding, callback) {
    callback(make(Error, "ERR_METHOD_NOT_IMPLEMENTED", "The _transform() method is not implemented"));
  }
}
class PassThroughStream extends TransformStream {
  _transform(chunk, encoding, callback) {
    callback(null, chunk);
  }
}
const named = (Class, name) => callable(Object.defineProperty(Class, "name", { value: name }));
const [Readable, Writable, Duplex, Transform, PassThrough] = [
  named(ReadableStream, "Readable"), named(WritableStream, "Writable"), named(DuplexStream, "Duplex"),
  named(TransformStream, "Transform"), named(PassThroughStream, "PassThrough"),
];

ReadableStream.from = (source, options) => {
  if (typeof source === "string" || Buffer.isBuffer(source)) source = [source];
  const items = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]();
  return new ReadableStream({
    objectMode: true,
    ...options,
    async read() {
      try {
        const { value, done } = await items.next();
        this.push(done ? null : await value);
      } catch (error) {
        this.destroy(error);
      }
    },
  });
};

const finished = (stream, options, callback) => {
  const told = typeof options === "function" ? options : callback;
  let over = false;
  const end = (error) => {
    if (over) return;
    over = true;
    told.call(stream, error);
  };
  const reads = stream._readableState !== undefined;
  const writes = stream._writableState !== undefined;
  const check = () => {
    if ((!reads || stream.readableEnded) && (!writes || stream.writableFinished)) end();
  };
  stream.on("error", end);
  EventEmitter.prototype.on.call(stream, "end", check);
  stream.on("finish", check);
  stream.on("close", () => {
    check();
    end(stream.errored ?? make(Error, "ERR_STREAM_PREMATURE_CLOSE", "Premature close"));
  });
  return () => {
    over = true;
  };
};

const pipeline = (...parts) => {
  const callback = parts.pop();
  const streams = (Array.isArray(parts[0]) ? parts[0] : parts).map((part, at) =>
    at === 0 && part._readableState === undefined ? ReadableStream.from(part) : part,
  );
  let left = streams.length;
  let over = false;
  for (const stream of streams) {
    finished(stream, (error) => {
      left -= 1;
      if (over) return;
      if (error) {
        over = true;
        for (const each of streams) each.destroy();
        callback(error);
      } else if (left === 0) {
        over = true;
        callback();
      }
    });
  }
  streams.reduce((from, to) => from.pipe(to));
  return streams.at(-1);
};

const promised = (work) => (...args) => new Promise((resolve, reject) => work(...args, (error) => (error ? reject(error) : resolve())));
const exported = callable(Stream);
module.exports = Object.assign(exported, {
  Duplex,
  PassThrough,
  Readable,
  Stream: exported,
  Transform,
  Writable,
  finished,
  pipeline,
  promises: { finished: promised(finished), pipeline: promised(pipeline) },
});
