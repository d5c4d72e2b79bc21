// The files of `k6/experimental/fs`. Evaluated once in a user that imports it; `native` knows files by number.
((native) => {
  "use strict";
  const SeekMode = Object.freeze({ Start: 0, Current: 1, End: 2 });
  const numbers = new WeakMap();

  class File {
    constructor(number, path) {
      numbers.set(this, number);
      this.path = path;
    }
    async stat() {
      const name = this.path.slice(this.path.lastIndexOf("/") + 1);
      return { name, size: native.length(numbers.get(this)) };
    }
    async read(into) {
      if (!(into instanceof Uint8Array)) {
        native.fail("TypeError", "read() failed; reason: into argument must be a Uint8Array");
      }
      if (into.length === 0) return 0;
      return native.read(numbers.get(this), into) || null;
    }
    async seek(offset, whence) {
      if (typeof offset !== "number" || !Number.isInteger(offset)) {
        native.fail("TypeError", "seek() failed; reason: the offset argument must be a number");
      }
      if (whence !== SeekMode.Start && whence !== SeekMode.Current && whence !== SeekMode.End) {
        native.fail("TypeError", "seek() failed; reason: the whence argument must be a SeekMode");
      }
      const number = numbers.get(this);
      const length = native.length(number);
      if (whence === SeekMode.Start && offset < 0) {
        native.fail("TypeError", "offset cannot be negative when using SeekModeStart");
      }
      if (whence === SeekMode.End && offset > 0) {
        native.fail("TypeError", "offset cannot be positive when using SeekModeEnd");
      }
      // As in k6, the end is the last byte, not the place behind it.
      const base = { 0: 0, 1: native.offset(number), 2: Math.max(length - 1, 0) }[whence];
      const place = base + offset;
      if (place < 0) native.fail("TypeError", "seeking before the start of the file");
      if (place > length) native.fail("TypeError", "seeking beyond the end of the file");
      native.move(number, place);
      return place;
    }
  }

  const file = (number, path) => new File(number, path);
  const numberOf = (value) => (value !== null && typeof value === "object" ? numbers.get(value) : undefined);
  return { SeekMode, file, numberOf };
})
