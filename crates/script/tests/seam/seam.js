import { check, fail, group, sleep } from 'k6';
import http from 'k6/http';
import { Counter } from 'k6/metrics';
import exec from 'k6/execution';
import ws from 'k6/ws';
import { WebSocket } from 'k6/websockets';

const hits = new Counter('hits');

export function plain() {
  group('outer', () => {
    group('inner', () => check(1, { 'is one': (v) => v === 1, 'is not two': (v) => v !== 2 }));
  });
  hits.add(1, { user: 'any' });
  exec.vu.tags.kind = 'plain';
  JSON.parse(JSON.stringify({ a: [1, 2, 3] })).a.map((v) => v * 2);
}
export async function settles() {
  await Promise.resolve(1);
  await new Promise((done) => setTimeout(done, 0));
  setTimeout(() => hits.add(1), 0);
}
export function overflowCaught() {
  const deeper = (n) => group('deep', () => deeper(n + 1));
  try { deeper(0); } catch (_) { check(1, { 'came back': true }); }
}
export function overflowSorted() {
  const deeper = () => [3, 2, 1].sort(() => deeper());
  try { deeper(); } catch (_) { hits.add(1); }
}

export function throwsInCheck() { check(1, { bad: () => { throw new Error('check'); } }); }
export function throwsInGroup() { group('g', () => group('h', () => fail('group'))); }
export function throwsInTimer() { setTimeout(() => { throw new Error('timer'); }, 0); }
export function throwsInGetter() { JSON.stringify({ get a() { throw new Error('getter'); } }); }
export function throwsInText() { `${{ toString() { throw new Error('text'); } }}`; }
export function throwsInGroupName() {
  let seen = '';
  try { group({ toString() { throw new Error('name'); } }, () => 1); } catch (error) { seen = error.message; }
  if (seen === 'name') throw new Error('as it must');
}
export async function rejects() { await Promise.resolve(); throw new Error('rejected'); }
export function overflows() { const deeper = () => group('deep', deeper); deeper(); }
export function overflowsInCheck() { const deeper = () => check(1, { deeper: () => deeper() }); deeper(); }

export function hoards() { const all = []; for (;;) all.push(new Array(1000).fill(all.length)); }
export function hoardsText() { let text = 'x'; for (;;) group('grow', () => { text = text + text + 'y'.repeat(1000); text.charCodeAt(0); text = text.split('').join('-'); }); }

export function sleeps() { try { sleep(1000); } catch (_) { sleep(1000); } finally { sleep(1000); } }
export function sleepsInGroup() { group('a', () => check(1, { slept: () => { sleep(1000); return true; } })); }
export function sleepsInSort() { [3, 1, 2].sort((a, b) => { sleep(1000); return a - b; }); }
export function sleepsInGetter() { JSON.stringify({ get slow() { sleep(1000); return 1; } }); }
export function waitsForTimer() { setTimeout(() => 1, 1e6); setInterval(() => hits.add(1), 1e6); }
export async function awaitsForever() { await new Promise((done) => setTimeout(done, 1e6)); }
export async function awaitsRequest() { await http.asyncRequest('GET', `${__ENV.STALL}/`); }
export function requests() { http.get(`${__ENV.STALL}/`, { timeout: '1000s' }); }
export function batches() { http.batch([`${__ENV.STALL}/a`, `${__ENV.STALL}/b`]); }
export function talks() {
  ws.connect(__ENV.CHAT, {}, (socket) => {
    socket.on('message', (text) => { socket.send(text); sleep(0.001); });
    socket.on('close', () => hits.add(1));
    socket.setInterval(() => socket.ping(), 1);
  });
}
export function listens() {
  const socket = new WebSocket(__ENV.CHAT);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = async ({ data }) => { socket.send(data); await 0; socket.ping(); };
  socket.addEventListener('pong', () => sleep(0.001));
}
export function spins() { for (;;) { try { for (;;); } catch (_) { sleep(1); } } }
