// Cases of the Streams standard, each a name, what is done, and what must come of it.
import {
  CountQueuingStrategy,
  ReadableStream,
  ReadableStreamDefaultReader,
  TransformStream,
  WritableStream,
} from "k6/experimental/streams";

const pause = () => new Promise((done) => setTimeout(done, 5));
const cases = [
  ["tee", async () => {
    const [a, b] = ReadableStream.from(["x", "y"]).tee();
    const all = async (stream) => {
      const got = [];
      for await (const chunk of stream) got.push(chunk);
      return got;
    };
    return Promise.all([all(a), all(b)]);
  }, '[["x","y"],["x","y"]]'],
  ["pipe error", async () => {
    let why;
    const into = new WritableStream({ abort: (reason) => (why = String(reason)) });
    const from = new ReadableStream({
      start: (controller) => controller.enqueue(1),
      pull: (controller) => controller.error(new Error("src")),
    });
    const said = await from.pipeTo(into).catch(String);
    return [said, why, into.locked];
  }, '["Error: src","Error: src",false]'],
  ["write error", async () => {
    const fail = () => {
      throw new Error("sink");
    };
    const writer = new WritableStream({ write: fail }).getWriter();
    const first = await writer.write(1).catch(String);
    const second = await writer.write(2).catch(String);
    return [first, second, await writer.closed.catch(String), writer.desiredSize];
  }, '["Error: sink","Error: sink","Error: sink",null]'],
  ["backpressure", async () => {
    let go;
    const sink = { write: () => new Promise((done) => (go = done)) };
    const writer = new WritableStream(sink, new CountQueuingStrategy({ highWaterMark: 2 })).getWriter();
    const sizes = [writer.desiredSize];
    await writer.ready;
    writer.write(1);
    writer.write(2);
    sizes.push(writer.desiredSize);
    let ready = false;
    writer.ready.then(() => (ready = true));
    await pause();
    sizes.push(ready);
    go();
    await writer.ready;
    return [...sizes, writer.desiredSize];
  }, '[2,0,false,1]'],
  ["transform error", async () => {
    const fail = () => {
      throw new Error("tr");
    };
    const { readable, writable } = new TransformStream({ transform: fail });
    writable.getWriter().write(1).catch(() => {});
    await readable.getReader().read();
  }, 'threw Error: tr'],
  ["flush", async () => {
    const got = [];
    const last = new TransformStream({ flush: (controller) => controller.enqueue("end") });
    for await (const chunk of ReadableStream.from([1]).pipeThrough(last)) got.push(chunk);
    return got;
  }, '[1,"end"]'],
  ["close twice", async () => {
    const close = (controller) => (controller.close(), controller.close());
    return new ReadableStream({ start: close });
  }, 'threw TypeError: the stream is closed already'],
  ["enqueue after close", async () => {
    const start = (controller) => (controller.close(), controller.enqueue(1));
    return new ReadableStream({ start });
  }, 'threw TypeError: the stream is closed'],
  ["release", async () => {
    const stream = new ReadableStream({});
    const reader = stream.getReader();
    const read = reader.read();
    reader.releaseLock();
    const name = (reason) => reason.name;
    return [stream.locked, await read.catch(name), await reader.closed.catch(name)];
  }, '[false,"TypeError","TypeError"]'],
  ["cancel locked", async () => {
    const stream = new ReadableStream({});
    stream.getReader();
    return stream.cancel();
  }, 'threw TypeError: a locked stream cannot be cancelled'],
  ["break cancels", async () => {
    let cancelled = "no";
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(1),
      cancel: () => void (cancelled = "yes"),
    });
    for await (const chunk of stream) if (chunk) break;
    return [cancelled, stream.locked];
  }, '["yes",false]'],
  ["abort in flight", async () => {
    let go;
    const log = [];
    const sink = { write: () => new Promise((done) => (go = done)), abort: () => void log.push("abort") };
    const writer = new WritableStream(sink).getWriter();
    const first = writer.write(1).then(() => log.push("w ok"));
    const second = writer.write(2).catch((reason) => log.push(`2 ${reason}`));
    await pause();
    const aborted = writer.abort("bye");
    go();
    await Promise.all([aborted, first, second]);
    return log;
  }, '["abort","w ok","2 bye"]'],
  ["start rejects", async () => {
    const start = async () => {
      throw new Error("no start");
    };
    return new ReadableStream({ start }).getReader().read();
  }, 'threw Error: no start'],
  ["reader class", async () => {
    const stream = new ReadableStream({ start: (controller) => controller.enqueue(5) });
    return new ReadableStreamDefaultReader(stream).read();
  }, '{"value":5,"done":false}'],
  ["bytes", async () => {
    return new ReadableStream({ type: "bytes" });
  }, 'threw RangeError: byte streams are not supported: leave type out'],
  ["pull order", async () => {
    let pulls = 0;
    const pull = async (controller) => {
      pulls += 1;
      await null;
      controller.enqueue(pulls);
      if (pulls === 3) controller.close();
    };
    const reader = new ReadableStream({ pull }, { highWaterMark: 0 }).getReader();
    const results = await Promise.all([reader.read(), reader.read(), reader.read(), reader.read()]);
    return [results.map(({ value, done }) => (done ? "done" : value)), pulls];
  }, '[[1,2,3,"done"],3]'],
];

export default async function () {
  for (const [name, work, expected] of cases) {
    let got;
    try {
      got = JSON.stringify(await work());
    } catch (reason) {
      got = `threw ${reason}`;
    }
    if (got !== expected) throw new Error(`${name}: ${got}, not ${expected}`);
    console.log(name);
  }
}
