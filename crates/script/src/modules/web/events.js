// Event, CustomEvent, EventTarget, AbortController, AbortSignal, DOMException.
export function make(native) {
  const tag = (constructor, name) =>
    Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });
  const constants = (constructor, values) => {
    for (const name of Object.keys(values)) {
      const constant = { value: values[name], enumerable: true };
      Object.defineProperty(constructor, name, constant);
      Object.defineProperty(constructor.prototype, name, constant);
    }
  };

  // The numbers that errors had before they had names.
  const LEGACY = [
    ["INDEX_SIZE_ERR", "IndexSizeError"],
    ["DOMSTRING_SIZE_ERR", null],
    ["HIERARCHY_REQUEST_ERR", "HierarchyRequestError"],
    ["WRONG_DOCUMENT_ERR", "WrongDocumentError"],
    ["INVALID_CHARACTER_ERR", "InvalidCharacterError"],
    ["NO_DATA_ALLOWED_ERR", null],
    ["NO_MODIFICATION_ALLOWED_ERR", "NoModificationAllowedError"],
    ["NOT_FOUND_ERR", "NotFoundError"],
    ["NOT_SUPPORTED_ERR", "NotSupportedError"],
    ["INUSE_ATTRIBUTE_ERR", "InUseAttributeError"],
    ["INVALID_STATE_ERR", "InvalidStateError"],
    ["SYNTAX_ERR", "SyntaxError"],
    ["INVALID_MODIFICATION_ERR", "InvalidModificationError"],
    ["NAMESPACE_ERR", "NamespaceError"],
    ["INVALID_ACCESS_ERR", "InvalidAccessError"],
    ["VALIDATION_ERR", null],
    ["TYPE_MISMATCH_ERR", "TypeMismatchError"],
    ["SECURITY_ERR", "SecurityError"],
    ["NETWORK_ERR", "NetworkError"],
    ["ABORT_ERR", "AbortError"],
    ["URL_MISMATCH_ERR", "URLMismatchError"],
    ["QUOTA_EXCEEDED_ERR", "QuotaExceededError"],
    ["TIMEOUT_ERR", "TimeoutError"],
    ["INVALID_NODE_TYPE_ERR", "InvalidNodeTypeError"],
    ["DATA_CLONE_ERR", "DataCloneError"],
  ];
  class DOMException extends Error {
    #name;
    constructor(message = "", name = "Error") {
      super(`${message}`);
      this.#name = `${name}`;
    }
    get name() {
      return this.#name;
    }
    get code() {
      return LEGACY.findIndex((entry) => entry[1] === this.#name) + 1;
    }
  }
  tag(DOMException, "DOMException");
  const numbers = {};
  LEGACY.forEach(([name], at) => (numbers[name] = at + 1));
  constants(DOMException, numbers);

  let begin, end, enter, trust;
  class Event {
    #type;
    #bubbles;
    #cancelable;
    #composed;
    #stamp = native.now();
    #target = null;
    #current = null;
    #phase = 0;
    #trusted = false;
    #dispatching = false;
    #canceled = false;
    #stopped = false;
    #stoppedNow = false;
    #passive = false;

    static {
      begin = (event, target) => {
        if (event.#dispatching) throw new DOMException("the event is being dispatched already", "InvalidStateError");
        event.#dispatching = true;
        event.#target = target;
        event.#current = target;
        event.#phase = 2;
      };
      // Whether the listener may be called at all.
      enter = (event, passive) => {
        event.#passive = passive;
        return !event.#stoppedNow;
      };
      end = (event) => {
        event.#dispatching = false;
        event.#stopped = false;
        event.#stoppedNow = false;
        event.#passive = false;
        event.#current = null;
        event.#phase = 0;
        return !event.#canceled;
      };
      trust = (event) => {
        event.#trusted = true;
        return event;
      };
    }

    constructor(type, init = {}) {
      if (arguments.length === 0) throw new TypeError("an event needs a type");
      const options = init === null ? {} : init;
      if (typeof options !== "object" && typeof options !== "function") {
        throw new TypeError("the options of an event must be an object");
      }
      this.#type = `${type}`;
      this.#bubbles = Boolean(options.bubbles);
      this.#cancelable = Boolean(options.cancelable);
      this.#composed = Boolean(options.composed);
    }
    get type() {
      return this.#type;
    }
    get target() {
      return this.#target;
    }
    get srcElement() {
      return this.#target;
    }
    get currentTarget() {
      return this.#current;
    }
    get eventPhase() {
      return this.#phase;
    }
    get bubbles() {
      return this.#bubbles;
    }
    get cancelable() {
      return this.#cancelable;
    }
    get composed() {
      return this.#composed;
    }
    get defaultPrevented() {
      return this.#canceled;
    }
    get returnValue() {
      return !this.#canceled;
    }
    set returnValue(value) {
      if (!value) this.preventDefault();
    }
    get cancelBubble() {
      return this.#stopped;
    }
    set cancelBubble(value) {
      if (value) this.#stopped = true;
    }
    get isTrusted() {
      return this.#trusted;
    }
    get timeStamp() {
      return this.#stamp;
    }
    composedPath() {
      return this.#current === null ? [] : [this.#current];
    }
    preventDefault() {
      if (this.#cancelable && !this.#passive) this.#canceled = true;
    }
    stopPropagation() {
      this.#stopped = true;
    }
    stopImmediatePropagation() {
      this.#stopped = true;
      this.#stoppedNow = true;
    }
  }
  constants(Event, { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 });
  tag(Event, "Event");

  class CustomEvent extends Event {
    #detail;
    constructor(type, init = {}) {
      super(...arguments);
      const detail = init === null ? undefined : init.detail;
      this.#detail = detail === undefined ? null : detail;
    }
    get detail() {
      return this.#detail;
    }
  }
  tag(CustomEvent, "CustomEvent");

  // What a listener throws fails the iteration, as an unhandled rejection does; the other listeners run.
  const report = (error) => {
    Promise.reject(error);
  };
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  class EventTarget {
    #listeners = [];

    addEventListener(type, callback, options) {
      if (arguments.length < 2) throw new TypeError("addEventListener needs a type and a listener");
      const given = isObject(options) ? options : { capture: Boolean(options) };
      if (callback === null || callback === undefined) return;
      if (!isObject(callback)) throw new TypeError("a listener must be a function or an object");
      const { signal } = given;
      if (signal !== undefined && !(signal instanceof AbortSignal)) {
        throw new TypeError("the signal of a listener must be an AbortSignal");
      }
      if (signal && signal.aborted) return;
      const listener = {
        type: `${type}`,
        callback,
        capture: Boolean(given.capture),
        once: Boolean(given.once),
        passive: Boolean(given.passive),
        removed: false,
      };
      if (this.#find(listener.type, callback, listener.capture) >= 0) return;
      this.#listeners.push(listener);
      if (signal) onAbort(signal, () => this.#remove(listener));
    }

    removeEventListener(type, callback, options) {
      if (arguments.length < 2) throw new TypeError("removeEventListener needs a type and a listener");
      const capture = isObject(options) ? Boolean(options.capture) : Boolean(options);
      const at = this.#find(`${type}`, callback, capture);
      if (at >= 0) this.#remove(this.#listeners[at]);
    }

    #find(type, callback, capture) {
      return this.#listeners.findIndex(
        (known) => known.type === type && known.callback === callback && known.capture === capture,
      );
    }

    #remove(listener) {
      listener.removed = true;
      this.#listeners = this.#listeners.filter((known) => known !== listener);
    }

    dispatchEvent(event) {
      if (!(event instanceof Event)) throw new TypeError("dispatchEvent takes an Event");
      begin(event, this);
      const type = event.type;
      // Those that want to capture come first, also at the target.
      const called = this.#listeners.filter((listener) => listener.type === type);
      for (const listener of called.filter((l) => l.capture).concat(called.filter((l) => !l.capture))) {
        if (listener.removed) continue;
        if (!enter(event, listener.passive)) break;
        if (listener.once) this.#remove(listener);
        try {
          const { callback } = listener;
          if (typeof callback === "function") callback.call(this, event);
          else callback.handleEvent(event);
        } catch (error) {
          report(error);
        }
      }
      return end(event);
    }
  }
  tag(EventTarget, "EventTarget");

  const KEY = Symbol("signal");
  let abort, onAbort;
  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    #onabort = null;
    // What is to be done before the event.
    #tasks = [];

    static {
      abort = (signal, reason) => {
        if (signal.#aborted) return;
        signal.#aborted = true;
        signal.#reason = reason === undefined ? new DOMException("This operation was aborted", "AbortError") : reason;
        const tasks = signal.#tasks;
        signal.#tasks = [];
        for (const task of tasks) task();
        signal.dispatchEvent(trust(new Event("abort")));
      };
      // Calls back when the signal is aborted; returns what takes that back.
      onAbort = (signal, task) => {
        signal.#tasks.push(task);
        return () => {
          signal.#tasks = signal.#tasks.filter((known) => known !== task);
        };
      };
    }

    constructor(key) {
      if (key !== KEY) throw new TypeError("Illegal constructor: an AbortSignal comes from an AbortController");
      super();
    }
    static abort(reason) {
      const signal = new AbortSignal(KEY);
      abort(signal, reason);
      return signal;
    }
    static timeout(milliseconds) {
      const delay = Number(milliseconds);
      if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
        throw new TypeError("AbortSignal.timeout takes a number of milliseconds from 0");
      }
      const signal = new AbortSignal(KEY);
      native.later(delay, () => {
        abort(signal, new DOMException("The operation was aborted due to timeout", "TimeoutError"));
      });
      return signal;
    }
    static any(signals) {
      const all = [...signals];
      if (!all.every((signal) => signal instanceof AbortSignal)) {
        throw new TypeError("AbortSignal.any takes signals");
      }
      const dependent = new AbortSignal(KEY);
      const first = all.find((signal) => signal.aborted);
      if (first) abort(dependent, first.reason);
      else for (const signal of all) onAbort(signal, () => abort(dependent, signal.reason));
      return dependent;
    }
    get aborted() {
      return this.#aborted;
    }
    get reason() {
      return this.#reason;
    }
    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }
    get onabort() {
      return this.#onabort;
    }
    set onabort(callback) {
      if (this.#onabort) this.removeEventListener("abort", this.#onabort);
      this.#onabort = typeof callback === "function" ? callback : null;
      if (this.#onabort) this.addEventListener("abort", this.#onabort);
    }
  }
  tag(AbortSignal, "AbortSignal");

  class AbortController {
    #signal = new AbortSignal(KEY);
    get signal() {
      return this.#signal;
    }
    abort(reason) {
      abort(this.#signal, reason);
    }
  }
  tag(AbortController, "AbortController");

  return { AbortController, AbortSignal, CustomEvent, DOMException, Event, EventTarget, onAbort };
}
