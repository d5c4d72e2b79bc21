// Arrays whose elements live in the host and are parsed when they are read. Evaluated once in a user that has
// one. `native.read(rows, at)` makes an element, `native.small(rows, at)` tells whether it is worth keeping.
((native) => {
  "use strict";
  // An element that is read twice in a row, as in `a[i].name + a[i].mail`, is parsed once.
  const KEPT = 2;
  const ROWS = Symbol("rows");

  const freeze = (value) => {
    if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
      Object.freeze(value);
      for (const key of Object.keys(value)) freeze(value[key]);
    }
    return value;
  };
  const index = (key) => {
    if (typeof key !== "string") return -1;
    const at = key >>> 0;
    return String(at) === key ? at : -1;
  };
  const refuse = () => {
    throw new TypeError("SharedArray is immutable");
  };

  const wrap = (rows, length) => {
    const places = [];
    const elements = [];
    let next = 0;
    const element = (at) => {
      if (at >= length) return undefined;
      const known = places.indexOf(at);
      if (known >= 0) return elements[known];
      const made = freeze(native.read(rows, at));
      if (native.small(rows, at)) {
        places[next] = at;
        elements[next] = made;
        next = (next + 1) % KEPT;
      }
      return made;
    };
    return new Proxy([], {
      get(target, key, receiver) {
        if (key === "length") return length;
        const at = index(key);
        if (at >= 0) return element(at);
        return key === ROWS ? rows : Reflect.get(target, key, receiver);
      },
      has: (target, key) => (index(key) >= 0 ? index(key) < length : Reflect.has(target, key)),
      ownKeys: () => [...Array.from({ length }, (_, at) => String(at)), "length"],
      getOwnPropertyDescriptor(target, key) {
        if (key === "length") return { value: length, writable: true, enumerable: false, configurable: false };
        const at = index(key);
        if (at < 0 || at >= length) return undefined;
        return { value: element(at), writable: true, enumerable: true, configurable: true };
      },
      set: refuse,
      deleteProperty: refuse,
      defineProperty: refuse,
      setPrototypeOf: refuse,
    });
  };
  const rowsOf = (value) => (value !== null && typeof value === "object" ? value[ROWS] : undefined);
  return { wrap, rowsOf, freeze };
})
