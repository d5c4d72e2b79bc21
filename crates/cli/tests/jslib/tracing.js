import exec from 'k6/execution';
import http from 'k6/http';
import { TOTP } from 'https://jslib.k6.io/totp/1.0.0/index.js';
import { Client, instrumentHTTP } from 'https://jslib.k6.io/http-instrumentation-pyroscope/1.0.2/index.js';
import tempo from 'https://jslib.k6.io/http-instrumentation-tempo/1.0.1/index.js';
import { done, is, throws } from './cases.js';

const url = `${__ENV.BASE}/bin/anything`;
const plainGet = http.get;
const w3c = new tempo.Client();
const jaeger = new tempo.Client({ propagator: 'jaeger', sampling: 0 });
const own = new Client((method, body) => ({ 'X-Seen': `${method} ${body}` }));
tempo.instrumentHTTP({ propagator: 'w3c' });

export default async function () {
  const header = (response, name) => response.json().headers[name];
  const traced = /^00-dc0742[0-9a-f]{26}-[0-9a-f]{16}-01$/;
  is('w3c', traced.test(header(w3c.get(url), 'Traceparent')), true);
  is('jaeger', /^dc0742[0-9a-f]{26}:[0-9a-f]{16}:0:0$/.test(header(jaeger.post(url, 'x'), 'Uber-Trace-Id')), true);
  is('http itself', traced.test(header(http.get(url), 'Traceparent')), true);
  is('with a body', [http.post(url, 'sent').json().data, traced.test(header(http.put(url, 'x'), 'Traceparent'))], ['sent', true]);
  is('own headers stay', header(http.get(url, { headers: { 'X-Own': '1' } }), 'X-Own'), '1');
  is('asyncRequest', traced.test(header(await http.asyncRequest('GET', url), 'Traceparent')), true);
  is('no two alike', header(http.get(url), 'Traceparent') === header(http.get(url), 'Traceparent'), false);
  is('before', header(plainGet(url), 'Traceparent'), undefined);
  is('nothing is left behind', exec.vu.metrics.metadata.trace_id, undefined);
  throws('an unknown propagator', () => new tempo.Client({ propagator: 'x' }), 'propagator');
  throws('a sampling rate', () => new tempo.Client({ sampling: 2 }), 'sampling');

  is('generated headers', header(own.request('POST', url, 'b'), 'X-Seen'), 'POST b');
  is('of get', header(own.get(url), 'X-Seen'), 'GET null');
  instrumentHTTP();
  const baggage = (response) => header(response, 'Baggage');
  is('baggage', baggage(http.get(url, { tags: { name: 'a b' } })), 'k6.scenario=default, k6.name=a%20b');
  is('the address is a name', baggage(http.post(url, 'x')), `k6.scenario=default, k6.name=${encodeURIComponent(url)}`);

  // The values of RFC 6238, with SHA-1.
  const totp = new TOTP('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 8);
  const now = Date.now;
  const at = async (seconds, ...args) => {
    Date.now = () => seconds * 1000;
    const code = await totp.gen(...args);
    Date.now = now;
    return code;
  };
  const VALUES = [[59, '94287082'], [1111111109, '07081804'], [1234567890, '89005924'], [20000000000, '65353130']];
  for (const [seconds, code] of VALUES) is(`at ${seconds}`, await at(seconds), code);
  is('a bias', await at(1111111109, 30, 2), '14050471');
  is('a longer step', await at(118, 60), '94287082');
  is('verified', [await totp.verify(await totp.gen()), await totp.verify('no')], [true, false]);
  is('six digits', (await new TOTP('gezd gnbv').gen()).length, 6);
  throws('not base32', () => new TOTP('1!'), 'base32');
  done();
}
