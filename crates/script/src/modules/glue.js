// What is easier to say in JavaScript than through the host: proxies with k6's behaviour. Evaluated once in
// a user, when something of it is first needed.
(() => {
  "use strict";
  const freeze = (value) => {
    if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
      Object.freeze(value);
      for (const key of Object.keys(value)) freeze(value[key]);
    }
    return value;
  };

  // A dictionary that lives in the host.
  const dictionary = (get, set, remove, keys) =>
    new Proxy(
      {},
      {
        get: (_, key) => (typeof key === "string" ? get(key) : undefined),
        set: (_, key, value) => (set(String(key), value), true),
        has: (_, key) => get(String(key)) !== undefined,
        deleteProperty: (_, key) => (remove(String(key)), true),
        ownKeys: () => keys(),
        getOwnPropertyDescriptor(_, key) {
          const value = get(String(key));
          if (value === undefined) return undefined;
          return { value, writable: true, enumerable: true, configurable: true };
        },
      },
    );

  // Percentiles under the names that many scripts read, `values.p95` beside `values['p(95)']`, without
  // showing in enumerations.
  const dressSummary = (data) => {
    if (data && !("setup_data" in data)) data.setup_data = undefined;
    if (data && data.trust && data.trust.trusted && !data.trust.time_scale) Object.defineProperty(data, "trust", { enumerable: false });
    if (data && data.intervals) Object.defineProperty(data, "intervals", { enumerable: false });
    for (const metric of Object.values((data && data.metrics) || {})) {
      const values = metric && metric.values;
      if (!values || typeof values !== "object") continue;
      for (const key of Object.keys(values)) {
        // No regular expression: users whose scripts have none run without them.
        const number = key.startsWith("p(") && key.endsWith(")") ? key.slice(2, -1) : "";
        const match = number !== "" && Number.isFinite(Number(number)) ? [key, number] : null;
        if (!match) continue;
        Object.defineProperty(values, `p${match[1].replace(".", "_")}`, {
          get: () => values[key],
          enumerable: false,
          configurable: true,
        });
      }
    }
    return data;
  };

  // A generator with a seed: xorshift128+ over two words made from it.
  const seeded = (low, high) => {
    let [a, b, c, d] = [low | 0, high | 0, 0x9e3779b9 | 0, 0x243f6a88 | 0];
    const next = () => {
      const t = a ^ (a << 11);
      [a, b, c] = [b, c, d];
      d = d ^ (d >>> 19) ^ t ^ (t >>> 8);
      return d >>> 0;
    };
    for (let warm = 0; warm < 16; warm += 1) next();
    return () => (next() * 2097152 + (next() >>> 11)) / 9007199254740992;
  };

  // A Blob's bytes as a stream that is read in pieces.
  const blobStream = (bytes) => {
    const pieceBytes = 65536;
    let at = 0;
    let locked = false;
    const take = async () => {
      if (at >= bytes.length) return { value: undefined, done: true };
      const value = bytes.slice(at, at + pieceBytes);
      at += value.length;
      return { value, done: false };
    };
    const cancel = async () => {
      at = bytes.length;
    };
    const lock = () => {
      if (locked) throw new TypeError("the stream is locked to a reader already");
      locked = true;
    };
    return {
      get locked() {
        return locked;
      },
      cancel,
      getReader() {
        lock();
        const releaseLock = () => {
          locked = false;
        };
        return { read: take, cancel, releaseLock };
      },
      [Symbol.asyncIterator]() {
        lock();
        return { next: take, return: async () => (await cancel(), { value: undefined, done: true }) };
      },
    };
  };

  return { freeze, dictionary, dressSummary, seeded, blobStream };
})()
