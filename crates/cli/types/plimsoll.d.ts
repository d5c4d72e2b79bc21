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
