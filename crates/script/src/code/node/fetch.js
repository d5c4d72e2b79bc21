// The global `fetch`, over requests that whoever runs the code sends.
"use strict";
const { refuse } = require("internal/errors");
const WHY = "requests are steps of the plan, so that they are measured";
const BODILESS = [101, 103, 204, 205, 304];

const fetch = async (input, init) => {
  const request = new Request(input, init);
  const { signal } = request;
  signal.throwIfAborted();
  const body = ["GET", "HEAD"].includes(request.method) ? undefined : await request.arrayBuffer();
  const sent = native.send(request.method, request.url, [...request.headers], body, request.redirect === "follow");
  if (sent === undefined) refuse("fetch()", WHY);
  let stop;
  const aborted = new Promise((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop);
  });
  let answer;
  try {
    answer = await Promise.race([sent, aborted]);
  } catch (error) {
    if (signal.aborted) throw error;
    const failed = new TypeError("fetch failed");
    failed.cause = error;
    throw failed;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  const { status, statusText, headers } = answer;
  const response = new Response(BODILESS.includes(status) ? null : answer.body, { status: Math.max(status, 200), statusText, headers });
  const shown = { url: answer.url, redirected: answer.url !== request.url, type: "basic", status, ok: status >= 200 && status < 300 };
  for (const key of Object.keys(shown)) Object.defineProperty(response, key, { value: shown[key], configurable: true });
  return response;
};
module.exports = { WHY, fetch, isOffered: native.isOffered, send: native.send };
