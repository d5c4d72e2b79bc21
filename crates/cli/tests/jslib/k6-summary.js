import { humanizeValue, jUnit, textSummary } from 'https://jslib.k6.io/k6-summary/0.1.0/index.js';
import { done, is } from './cases.js';

const trend = (avg, max) => ({
  type: 'trend',
  contains: 'time',
  values: { avg, min: 0.0145, med: 972.08, max, 'p(90)': 213000, 'p(95)': 1.04 },
});
const counter = (contains, count, rate) => ({ type: 'counter', contains, values: { count, rate } });
const rate = (passes, fails) => ({ type: 'rate', contains: 'default', values: { rate: passes / (passes + fails), passes, fails } });
const gauge = (value, min, max) => ({ type: 'gauge', contains: 'default', values: { value, min, max } });
const data = {
  root_group: {
    name: '',
    checks: [{ name: 'status is 200', passes: 3, fails: 0 }, { name: 'quick', passes: 33266, fails: 219 }],
    groups: [{ name: 'setup', checks: [], groups: [{ name: 'inner', checks: [{ name: 'deep', passes: 1, fails: 0 }], groups: [] }] }],
  },
  options: { summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'], summaryTimeUnit: '' },
  metrics: {
    checks: rate(654591, 0),
    data_received: counter('data', 1100000000, 3500000),
    http_req_duration: { ...trend(12.3456, 4391), thresholds: { 'p(95)<200': { ok: false }, 'avg<500': { ok: true } } },
    'http_req_duration{expected_response:true}': trend(0.00012, 60000),
    http_req_failed: rate(1, 31),
    http_reqs: { ...counter('default', 218197, 703.8532661), thresholds: { 'count>1': { ok: true } } },
    vus: gauge(10, 10, 1500),
  },
};

const TEXT = `     ✓ status is 200
     ✗ quick
      ↳  99% — ✓ 33266 / ✗ 219

     █ setup

       █ inner

         ✓ deep

     checks.........................: 100.00% ✓ 654591     ✗ 0     
     data_received..................: 1.1 GB  3.5 MB/s
   ✗ http_req_duration..............: avg=12.34ms min=14.5µs med=972.08ms max=4.39s p(90)=3m33s p(95)=1.04ms
       { expected_response:true }...: avg=120ns   min=14.5µs med=972.08ms max=1m0s  p(90)=3m33s p(95)=1.04ms
     http_req_failed................: 3.12%   ✓ 1          ✗ 31    
   ✓ http_reqs......................: 218197  703.853266/s
     vus............................: 10      min=10       max=1500`;

export default function () {
  const lines = textSummary(data, { indent: ' ', enableColors: false }).split('\n');
  TEXT.split('\n').forEach((line, at) => is(`line ${at + 1}`, lines[at], line));
  is('no more lines', lines.length, TEXT.split('\n').length);
  is('an indent', textSummary(data, { indent: '→', enableColors: false }).split('\n')[0], '→    ✓ status is 200');
  const coloured = textSummary(data, { enableColors: true });
  is('colours', coloured.replace(/\u001b\[[\d;]*m/g, ''), TEXT);
  is('there are colours', coloured.includes('\u001b[32m'), true);
  const chosen = textSummary(data, { enableColors: false, summaryTrendStats: ['max'], summaryTimeUnit: 'ms' });
  is('chosen statistics', chosen.includes('http_req_duration..............: max=4391.00ms '), true);
  const time = { contains: 'time', type: 'trend' };
  const units = [0, 0.00035, 0.5, 999.999, 59999.9, 7384000].map((ms) => humanizeValue(ms, time));
  is('durations', units, ['0s', '350ns', '500µs', '999.99ms', '59.99s', '2h3m4s']);
  const bytes = [0, 7.25, 83, 1000, 102400, 9960000].map((count) => humanizeValue(count, { contains: 'data', type: 'counter' }));
  is('bytes', bytes, ['0 B', '7.3 B', '83 B', '1.0 kB', '102 kB', '10 MB']);
  is('a share', humanizeValue(3 / 7, { contains: 'default', type: 'rate' }), '42.85%');
  const junit = jUnit(data, { name: 'a & b', classname: 'c' });
  is('cases', junit, `<?xml version="1.0"?>
<testsuites tests="3" failures="1">
<testsuite name="a &amp; b" tests="3" failures="1">\
<testcase name="http_req_duration - p(95)&lt;200" classname="c"><failure message="failed" /></testcase>
<testcase name="http_req_duration - avg&lt;500" classname="c" />
<testcase name="http_reqs - count&gt;1" classname="c" />
</testsuite >
</testsuites >`);
  done();
}

export function handleSummary(real) {
  return {
    stdout: `${textSummary(real, { enableColors: false })}\n${jUnit(real)}\n`,
  };
}
