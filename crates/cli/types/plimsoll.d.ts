// Types of Plimsoll's own modules, for editors. Put this file beside your scripts; `plimsoll new --types` does.

declare module "plimsoll/data" {
  /** How rows are given out. */
  export interface RowsOptions {
    /** The order of the rows; `sequential` unless told. `random` may give a row twice. */
    order?: "sequential" | "shuffled" | "random";
    /** What the order is made of, a whole number; 0 unless told. The same seed gives the same order on any machine. */
    seed?: number;
    /** `none`: a row is for whoever asks next. `users`: each user of the test has rows of its own. */
    partition?: "none" | "users";
    /** No row is given out twice: when all are taken, `next()` throws a `RangeError`. Otherwise they start again. */
    once?: boolean;
  }

  /** Rows of data that the users of a test share out among themselves, over all scenarios and machines. */
  export class Rows<T = any> {
    /** In the init context. Users share the rows of one name; the function is called once in the process. */
    constructor(name: string, rows: readonly T[] | (() => readonly T[]), options?: RowsOptions);
    /** How many rows there are. */
    readonly length: number;
    /** How many rows have been taken on this machine. */
    readonly taken: number;
    /** The row at a place of the list as it was given, from the end when negative. */
    at(index: number): Readonly<T> | undefined;
    /** The row that is this user's own throughout the test. */
    mine(): Readonly<T>;
    /** Takes the next row. */
    next(): Readonly<T>;
  }
}

declare module "plimsoll/state" {
  /** A whole number that all users of the process add to. */
  export class SharedCounter {
    /** Users share the counter of one name. */
    constructor(name: string);
    /** What it stands at. */
    readonly value: number;
    /** Adds, 1 unless told, and gives what it comes to: no two users get the same from `add()`. */
    add(by?: number): number;
    /** Sets it to a number. */
    set(value: number): void;
  }

  /** Values that some users put in and others take out, first in, first out. */
  export class SharedQueue<T = any> {
    /** Users share the queue of one name. It holds 10,000 values unless told. */
    constructor(name: string, options?: { capacity?: number });
    /** How many values it can hold. */
    readonly capacity: number;
    /** How many values wait in it. */
    readonly length: number;
    /** Forgets all values. */
    clear(): void;
    /** Takes the first value out, or gives `undefined`. */
    pop(): T | undefined;
    /** Puts a value in that JSON can hold; `false` when there is no room. */
    push(value: T): boolean;
    /** Takes the first value out, waiting for one, at most so many seconds when told; then `undefined`. */
    wait(seconds?: number): T | undefined;
  }
}

declare module "plimsoll/faker" {
  /** An address whose parts belong together. */
  export interface Address {
    street: string;
    zip: string;
    city: string;
    country: string;
    countryCode: string;
  }

  /** A source of made-up data. Each user of a test has a stream of its own out of the seed. */
  export class Faker {
    /** With a seed, a whole number, data are the same in each run. */
    constructor(seed?: number);
    address(): Address;
    /** `true` with this probability, 0.5 unless told. */
    bool(probability?: number): boolean;
    city(): string;
    color(): string;
    company(): string;
    country(): string;
    countryCode(): string;
    /** Sixteen digits with a valid check digit, of a range for tests. */
    creditCard(): string;
    currency(): string;
    /** A time between two, as `2024-02-29T12:34:56.789Z`; from 2000 to 2030 unless told. */
    date(from?: string | number | Date, to?: string | number | Date): string;
    digits(count?: number): string;
    domain(): string;
    /** An address at example.com, example.net or example.org, where no mail arrives. */
    email(): string;
    firstName(): string;
    /** A number from `min` to `max`, rounded to so many digits. */
    float(min?: number, max?: number, digits?: number): number;
    hex(count?: number): string;
    hexColor(): string;
    iban(): string;
    /** A whole number from `min` to `max`, both possible. */
    int(min?: number, max?: number): number;
    ip(): string;
    ipv6(): string;
    job(): string;
    lastName(): string;
    latitude(): number;
    longitude(): number;
    mac(): string;
    name(): string;
    paragraph(sentences?: number): string;
    password(length?: number): string;
    /** The text with each `#` made a digit and each `?` a capital letter. */
    pattern(pattern: string): string;
    phone(): string;
    /** One element of an array. */
    pick<T>(list: readonly T[]): T;
    price(min?: number, max?: number): number;
    product(): string;
    sentence(words?: number): string;
    /** A copy of the array in another order. */
    shuffle<T>(list: readonly T[]): T[];
    street(): string;
    userAgent(): string;
    username(): string;
    uuid(): string;
    word(): string;
    words(count?: number): string;
    zip(): string;
  }

  /** A faker without a seed: other data in each run. */
  export const faker: Faker;
}

declare module "plimsoll/graphql" {
  /** What `gql` makes: a document that was read once. */
  export interface Document {
    readonly text: string;
    /** What it can do, in the order of the text. */
    readonly operations: readonly Operation[];
    toString(): string;
  }

  /** One operation of a document. Depth and complexity are texts, as the tags of samples are. */
  export interface Operation {
    readonly name: string | null;
    readonly type: "query" | "mutation" | "subscription";
    readonly depth: string;
    readonly complexity: string;
    /** Fields of the root type, each with the variables that leave it out. */
    readonly fields: readonly [string, any[]][];
  }

  /** An error of an answer. */
  export interface AnswerError {
    message: string;
    path?: (string | number)[];
    locations?: { line: number; column: number }[];
    extensions?: Record<string, any>;
  }

  /** What came of an operation. */
  export interface Result<T = any> {
    data: T | null | undefined;
    /** Empty when there were none. */
    errors: AnswerError[];
    extensions?: Record<string, any>;
    /** Of the HTTP answer; 0 when there was none, and for messages of a subscription. */
    status: number;
    /** There is data, there are no errors, and the status is good. */
    ok: boolean;
    /** What went wrong, in one line; empty when nothing did. */
    readonly error: string;
    /** The response of `k6/http`; not in enumerations. */
    response: any;
  }

  /** What goes for all requests of a client or for one; the other params of `k6/http` too. */
  export interface Params {
    headers?: Record<string, string>;
    tags?: Record<string, string | number | boolean>;
    /** A number of milliseconds, or text like `5s`. */
    timeout?: number | string;
    /** Which operation of a document is meant. */
    operationName?: string;
    /** Whatever went wrong is thrown as a `GraphQLError`. */
    throw?: boolean;
    /** `automatic`: by hash, with the text when the server asks for it. `only`: by hash and never as text. */
    persisted?: "off" | "automatic" | "only";
    /** `GET` sends queries in the address; everything else is sent by `POST`. */
    method?: "GET" | "POST";
    cookies?: Record<string, any>;
    jar?: any;
    redirects?: number;
    compression?: string;
    auth?: string;
    httpVersion?: string;
    /** Of `http.expectedStatuses`: judges by status alone, errors in an answer do not fail the request then. */
    responseCallback?: any;
  }

  /** Options of a client. */
  export interface ClientOptions extends Params {
    /** The schema's text, or what an introspection query answered: the summary then says what was not asked for. */
    schema?: string | object;
    ws?: {
      /** The endpoint's own address with `ws` for `http` unless told. */
      url?: string;
      protocol?: "graphql-transport-ws" | "graphql-ws";
      /** Sent with `connection_init`. */
      payload?: any;
      headers?: Record<string, string>;
      tags?: Record<string, string | number | boolean>;
      compression?: "deflate";
      jar?: any;
    };
  }

  /** One operation of a batch. */
  export type BatchEntry =
    | string
    | Document
    | { query: string | Document; variables?: object; operationName?: string };

  /** How a subscription is listened to. */
  export interface SubscribeOptions<T = any> {
    /** Called with each message; without it the subscription is iterated. */
    onMessage?: (message: Result<T>, subscription: Subscription<T>) => void;
    onError?: (error: GraphQLError) => void;
    /** Called at an orderly end with the number of messages. */
    onComplete?: (received: number) => void;
    /** The subscription ends after so many messages. */
    limit?: number;
    /** When nothing comes for so long, that is an error. */
    timeout?: number | string;
    /** The subscription ends after so long. */
    duration?: number | string;
    operationName?: string;
    tags?: Record<string, string | number | boolean>;
  }

  /** A subscription that runs or has ended. */
  export interface Subscription<T = any> extends AsyncIterable<Result<T>> {
    /** Messages so far. */
    readonly received: number;
    /** The number of messages when it is over; rejected when something went wrong. */
    readonly done: Promise<number>;
    stop(): void;
  }

  /** Something of GraphQL went wrong. */
  export class GraphQLError extends Error {
    constructor(message: string, errors?: AnswerError[]);
    /** Those of the answer. */
    errors: AnswerError[];
    /** The code with which the server closed a connection. */
    code?: number;
    /** What was answered. */
    result?: Result;
    /** What was answered to each operation of a batch. */
    results?: Result[];
  }

  /** Speaks to one endpoint. */
  export class Client {
    constructor(url: string, options?: ClientOptions);
    readonly url: string;
    query<T = any>(document: string | Document, variables?: object | null, params?: Params): Result<T>;
    mutation<T = any>(document: string | Document, variables?: object | null, params?: Params): Result<T>;
    /** An operation of any kind. */
    request<T = any>(document: string | Document, variables?: object | null, params?: Params): Result<T>;
    asyncRequest<T = any>(document: string | Document, variables?: object | null, params?: Params): Promise<Result<T>>;
    /** Several operations in one request. */
    batch(list: BatchEntry[], params?: Params): Result[];
    /** Asks the server for its schema, gives it and has the summary tell what of it was not asked for. */
    introspect(params?: Params): any;
    subscribe<T = any>(document: string | Document, variables?: object | null, options?: SubscribeOptions<T>): Subscription<T>;
  }

  /** Reads a document; documents that are put into it stand behind it, each once. */
  export function gql(strings: TemplateStringsArray | string, ...values: any[]): Document;
}
