// Whether two values are deeply equal, strictly or as `==` would have it.
"use strict";
const tag = (value) => Object.prototype.toString.call(value);
const isObject = (value) => typeof value === "object" && value !== null;
const symbols = (value) =>
  Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));

class Comparison {
  constructor(strict) {
    this.strict = strict;
    this.pairs = [];
  }

  equal(left, right) {
    if (left === right) return left !== 0 || !this.strict || Object.is(left, right);
    if (!isObject(left) || !isObject(right)) {
      if (typeof left === "number" && typeof right === "number" && Number.isNaN(left) && Number.isNaN(right)) return true;
      // eslint-disable-next-line eqeqeq
      return !this.strict && !isObject(left) && !isObject(right) && typeof left !== "function" && left == right;
    }
    if (this.strict && Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
    if (tag(left) !== tag(right)) return false;
    if (this.pairs.some(([one, other]) => one === left && other === right)) return true;
    this.pairs.push([left, right]);
    const answer = this.inner(left, right);
    this.pairs.pop();
    return answer;
  }

  inner(left, right) {
    const kind = native.kindOf(left);
    if (kind !== native.kindOf(right)) return false;
    switch (kind) {
      case "array":
        if (left.length !== right.length) return false;
        break;
      case "date":
        if (!Object.is(left.getTime(), right.getTime())) return false;
        break;
      case "regexp":
        if (String(left) !== String(right) || left.lastIndex !== right.lastIndex) return false;
        break;
      case "error":
        if (left.message !== right.message || left.name !== right.name) return false;
        if (!this.equal(left.cause, right.cause)) return false;
        break;
      case "arraybuffer":
        return this.equal(new Uint8Array(left), new Uint8Array(right));
      case "typedarray":
        if (left.length !== right.length) return false;
        for (let at = 0; at < left.length; at += 1) {
          if (this.strict ? !Object.is(left[at], right[at]) : left[at] !== right[at]) return false;
        }
        return true;
      case "set":
        if (left.size !== right.size || !this.sameSet(left, right)) return false;
        break;
      case "map":
        if (left.size !== right.size || !this.sameMap(left, right)) return false;
        break;
      default:
        if (!this.sameBox(left, right)) return false;
    }
    return this.sameMembers(left, right);
  }

  sameBox(left, right) {
    for (const type of [Number, String, Boolean, BigInt, Symbol]) {
      if (left instanceof type) return right instanceof type && Object.is(left.valueOf(), right.valueOf());
    }
    return true;
  }

  sameMembers(left, right) {
    const keys = Object.keys(left);
    if (keys.length !== Object.keys(right).length) return false;
    if (!keys.every((key) => Object.prototype.propertyIsEnumerable.call(right, key))) return false;
    if (this.strict) {
      const own = symbols(left);
      if (own.length !== symbols(right).length) return false;
      if (!own.every((key) => Object.prototype.propertyIsEnumerable.call(right, key))) return false;
      keys.push(...own);
    }
    return keys.every((key) => this.equal(left[key], right[key]));
  }

  sameSet(left, right) {
    const open = [...right];
    for (const item of left) {
      if (right.has(item) && open.includes(item)) {
        open.splice(open.indexOf(item), 1);
        continue;
      }
      const at = open.findIndex((other) => !(this.strict && !isObject(item)) && this.equal(item, other));
      if (at < 0) return false;
      open.splice(at, 1);
    }
    return true;
  }

  sameMap(left, right) {
    const open = [...right.keys()];
    for (const [key, value] of left) {
      if (right.has(key) && this.equal(value, right.get(key))) {
        open.splice(open.indexOf(key), 1);
        continue;
      }
      const at = open.findIndex((other) => this.equal(key, other) && this.equal(value, right.get(other)));
      if (at < 0) return false;
      open.splice(at, 1);
    }
    return true;
  }
}

module.exports = { equal: (left, right, strict) => new Comparison(strict).equal(left, right) };
