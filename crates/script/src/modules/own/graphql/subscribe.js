// Operations over WebSocket, by graphql-transport-ws and by the older protocol of subscriptions-transport-ws. Loaded
// with a user's first subscription.
export function make(native) {
  const { WebSocket } = native.module("k6/websockets");
  const { setTimeout, clearTimeout } = native.module("k6/timers");

  const DIALECTS = {
    "graphql-transport-ws": { start: "subscribe", data: "next", stop: "complete", bye: undefined },
    "graphql-ws": { start: "start", data: "data", stop: "stop", bye: "connection_terminate" },
  };
  const WS_OPTIONS = ["url", "protocol", "payload", "headers", "tags", "compression", "jar"];
  const OPTIONS = ["onMessage", "onError", "onComplete", "limit", "timeout", "duration", "operationName", "tags"];
  // Messages that may wait for a script that iterates more slowly than they come.
  const MAX_WAITING = 10000;

  const connect = ({ url, options, documentOf, operationOf, tagsOf, countFields, meters, checked, GraphQLError, Result }) => {
    const ws = checked(options.ws, "the ws options", WS_OPTIONS);
    const protocol = ws.protocol ?? "graphql-transport-ws";
    const words = DIALECTS[protocol];
    if (words === undefined) {
      throw new TypeError(`protocol is one of ${Object.keys(DIALECTS).join(", ")}, not ${protocol}`);
    }
    const address = ws.url ?? `ws${url.slice("http".length)}`;
    let connection;
    let last = 0;

    class Connection {
      #socket;
      #ready = false;
      #live = new Map();
      #trouble = "";

      constructor() {
        const params = { headers: { ...options.headers, ...ws.headers }, tags: { ...options.tags, ...ws.tags } };
        if (ws.compression !== undefined) params.compression = ws.compression;
        if (ws.jar !== undefined) params.jar = ws.jar;
        this.#socket = new WebSocket(address, protocol, params);
        this.#socket.onopen = () => this.#opened();
        this.#socket.onmessage = ({ data }) => this.#heard(data);
        this.#socket.onerror = ({ error }) => {
          this.#trouble = String(error);
        };
        this.#socket.onclose = ({ code, reason }) => this.#closed(code, reason);
      }

      get usable() {
        return this.#socket.readyState < 2;
      }

      #send(message) {
        if (this.#socket.readyState === 1) this.#socket.send(JSON.stringify(message));
      }

      #opened() {
        const chosen = this.#socket.protocol;
        if (chosen !== protocol) {
          const instead = chosen === "" ? "no sub-protocol" : chosen;
          this.#give(`the server does not speak ${protocol}: it chose ${instead}`);
          return;
        }
        const hello = { type: "connection_init" };
        if (ws.payload !== undefined) hello.payload = ws.payload;
        this.#send(hello);
      }

      #heard(data) {
        let message;
        try {
          message = JSON.parse(data);
        } catch {
          this.#give("the server sent what is not JSON");
          return;
        }
        const one = this.#live.get(message.id);
        switch (message.type) {
          case "connection_ack":
            this.#ready = true;
            for (const waiting of this.#live.values()) this.#start(waiting);
            break;
          case "connection_error":
            this.#give(`the server refused the connection: ${message.payload?.message ?? JSON.stringify(message.payload)}`);
            break;
          case "ping":
            this.#send(message.payload === undefined ? { type: "pong" } : { type: "pong", payload: message.payload });
            break;
          case words.data:
            one?.message(message.payload);
            break;
          case "error": {
            const errors = Array.isArray(message.payload) ? message.payload : [message.payload ?? {}];
            const failure = new GraphQLError(errors[0]?.message ?? "the server refused the operation", errors);
            if (one) one.finish(failure);
            else if (message.id === undefined) this.#give(failure.message);
            break;
          }
          case "complete":
            one?.finish();
            break;
          default:
          // Signs of life and what servers add.
        }
      }

      #closed(code, reason) {
        const said = `the server closed the connection: ${code}${reason ? ` ${reason}` : ""}`;
        const broken = this.#trouble !== "" && (code === undefined || code === 1006);
        this.#end(broken ? `the connection failed: ${this.#trouble}` : said, { code });
      }

      // Gives the connection up for a reason of ours.
      #give(text) {
        if (this.#socket.readyState === 1) this.#socket.close();
        this.#end(text);
      }

      #end(text, more = {}) {
        if (connection === this) connection = undefined;
        const all = [...this.#live.values()];
        this.#live.clear();
        let thrown;
        for (const one of all) {
          try {
            one.finish(new GraphQLError(text, [], more));
          } catch (error) {
            thrown ??= error;
          }
        }
        if (thrown) throw thrown;
      }

      add(one) {
        this.#live.set(one.id, one);
        if (this.#ready) this.#start(one);
      }

      #start(one) {
        one.started();
        this.#send({ id: one.id, type: words.start, payload: one.payload });
      }

      // Lets go of a subscription; the last one takes the connection along.
      remove(one, tell) {
        if (!this.#live.delete(one.id)) return;
        if (tell && this.#ready) this.#send({ id: one.id, type: words.stop });
        if (this.#live.size > 0) return;
        if (connection === this) connection = undefined;
        if (words.bye) this.#send({ type: words.bye });
        if (this.#socket.readyState < 2) this.#socket.close();
      }
    }

    class Subscription {
      #inner;
      constructor(inner) {
        this.#inner = inner;
      }
      // Messages so far.
      get received() {
        return this.#inner.received;
      }
      // Settled when it is over: how many messages there were, or what went wrong.
      get done() {
        return this.#inner.awaited();
      }
      stop() {
        this.#inner.stop();
      }
      [Symbol.asyncIterator]() {
        return this.#inner.iterator();
      }
    }

    class Inner {
      received = 0;
      #options;
      #operation;
      #variables;
      #tags;
      #began;
      #timers = [];
      #silence;
      #failed = false;
      #over = false;
      #error;
      #waiting = [];
      #iterating = false;
      #wanted;
      #done;
      #connection;
      #outer;
      // Where the script subscribed: what goes wrong later has no place of its own.
      #place = new GraphQLError("").stack;

      constructor(payload, operation, options) {
        last += 1;
        this.id = String(last);
        this.payload = payload;
        this.#operation = operation;
        this.#variables = payload.variables;
        this.#options = options;
        this.#tags = { ...tagsOf(operation), ...tagsIn(options) };
        this.#began = native.now();
        this.#silence = options.timeout === undefined ? 0 : native.ms(options.timeout);
        const duration = options.duration === undefined ? 0 : native.ms(options.duration);
        meters.subscriptions.add(1, this.#tags);
        if (duration > 0) this.#timers[0] = setTimeout(() => this.stop(), duration);
        this.#listen();
      }

      #listen() {
        if (this.#silence === 0) return;
        if (this.#timers[1] !== undefined) clearTimeout(this.#timers[1]);
        const text = `nothing came for ${this.#options.timeout}${typeof this.#options.timeout === "number" ? " ms" : ""}`;
        this.#timers[1] = setTimeout(() => this.finish(new GraphQLError(text), true), this.#silence);
      }

      started() {
        this.#began = native.now();
      }

      message(payload) {
        this.received += 1;
        meters.messages.add(1, this.#tags);
        if (this.received === 1) {
          meters.firstMessage.add(native.now() - this.#began, this.#tags);
          countFields(this.#operation, this.#variables);
        }
        const result = new Result(payload);
        if (!result.ok) this.#failed = true;
        this.#listen();
        const { onMessage, limit } = this.#options;
        const last = limit !== undefined && this.received >= limit;
        try {
          if (onMessage) onMessage(result, this.#outer);
          else if (this.#wanted) this.#answer({ value: result, done: false });
          else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(result);
          else this.finish(new GraphQLError(`more than ${MAX_WAITING} messages wait for the script`), true);
        } finally {
          if (last) this.stop();
        }
      }

      stop() {
        this.finish(undefined, true);
      }

      // There is no connection that it could join.
      abandon() {
        this.#over = true;
        this.#timers.forEach((timer) => timer !== undefined && clearTimeout(timer));
      }

      finish(error, tell = false) {
        if (this.#over) return;
        this.#over = true;
        this.#error = error;
        if (error) Object.defineProperty(error, "stack", { value: this.#place, writable: true, configurable: true });
        this.#timers.forEach((timer) => timer !== undefined && clearTimeout(timer));
        meters.requests.add(1, this.#tags);
        meters.errors.add(this.#failed || error !== undefined, this.#tags);
        this.#connection.remove(this, tell);
        const { onError, onComplete } = this.#options;
        const heard = this.#iterating || this.#done !== undefined;
        this.#done?.settle(error, this.received);
        if (this.#wanted) {
          if (error) this.#answer(undefined, error);
          else this.#answer({ value: undefined, done: true });
          this.#error = undefined;
        }
        if (error === undefined) {
          onComplete?.(this.received);
        } else if (onError) {
          onError(error);
        } else if (!heard) {
          throw error;
        }
      }

      join(connection, outer) {
        this.#connection = connection;
        this.#outer = outer;
        connection.add(this);
      }

      #answer(value, error) {
        const { resolve, reject } = this.#wanted;
        this.#wanted = undefined;
        if (error) reject(error);
        else resolve(value);
      }

      iterator() {
        this.#iterating = true;
        return {
          next: () => {
            if (this.#waiting.length > 0) return Promise.resolve({ value: this.#waiting.shift(), done: false });
            if (this.#over) {
              const error = this.#error;
              this.#error = undefined;
              return error ? Promise.reject(error) : Promise.resolve({ value: undefined, done: true });
            }
            return new Promise((resolve, reject) => {
              this.#wanted = { resolve, reject };
            });
          },
          return: () => {
            this.stop();
            return Promise.resolve({ value: undefined, done: true });
          },
        };
      }

      awaited() {
        if (this.#done === undefined) {
          const done = {};
          done.promise = new Promise((resolve, reject) => {
            done.settle = (error, received) => (error ? reject(error) : resolve(received));
          });
          this.#done = done;
          if (this.#over) done.settle(this.#error, this.received);
        }
        return this.#done.promise;
      }
    }

    const tagsIn = (given) => ({ ...options.tags, ...given.tags });

    return (given, variables, more) => {
      const own = checked(more, "a subscription's options", OPTIONS);
      if (own.limit !== undefined && !(Number.isInteger(own.limit) && own.limit > 0)) {
        throw new TypeError("limit is a whole number of messages, 1 or more");
      }
      const document = documentOf(given);
      const operation = operationOf(document, own.operationName);
      const payload = { query: document.text };
      if (variables !== undefined && variables !== null) payload.variables = variables;
      const name = own.operationName ?? operation.name;
      if (name !== null && name !== undefined) payload.operationName = name;
      const inner = new Inner(payload, operation, own);
      // Only now: an open connection keeps the iteration going.
      if (connection === undefined || !connection.usable) {
        try {
          connection = new Connection();
        } catch (error) {
          inner.abandon();
          throw error;
        }
      }
      const subscription = new Subscription(inner);
      inner.join(connection, subscription);
      return subscription;
    };
  };

  return { connect };
}
