import { htmlReport } from 'https://raw.githubusercontent.com/benc-uk/k6-reporter/main/dist/bundle.js';
import { htmlReport as tagged } from 'https://raw.githubusercontent.com/benc-uk/k6-reporter/2.4.0/dist/bundle.js';
import { check, group } from 'k6';
import { Gauge } from 'k6/metrics';
import { done, is } from './cases.js';

export const options = { thresholds: { checks: ['rate>0.99'], iterations: ['count<100'] } };
const gauge = new Gauge('temperature');

export default function () {
  gauge.add(3);
  group('a <group>', () => check(1, { '<b>bold</b>': () => true, 'one & "two"': () => false }));
}

export function handleSummary(data) {
  const page = htmlReport(data, { title: '<script>alert(1)</script>' });
  is('a whole page', [page.startsWith('<!DOCTYPE html>'), page.trimEnd().endsWith('</html>')], [true, true]);
  is('nothing runs', page.includes('<script'), false);
  is('nothing is loaded', /\b(?:src|href)=|@import|url\(/.test(page), false);
  is('the title', page.includes('<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>'), true);
  const parts = ['&lt;b&gt;bold&lt;/b&gt;', 'one &amp; &quot;two&quot;', 'a &lt;group&gt;', 'temperature', 'iteration_duration ms'];
  for (const part of parts) is(part, page.includes(part), true);
  is('a broken threshold', page.includes('<tr class="bad"><td>checks</td><td>rate&gt;0.99</td><td>broken</td></tr>'), true);
  is('a held threshold', page.includes('<tr class="good"><td>iterations</td><td>count&lt;100</td><td>held</td></tr>'), true);
  is('how many broke', page.includes('<b>1 of 2</b>'), true);
  is('share of a check', page.includes('<td>0.00 %</td>') && page.includes('<td>100.00 %</td>'), true);
  is('an empty test', tagged({ metrics: {} }).includes('0 of 0'), true);
  is('every tag is closed', page.match(/<(table|tr|td|div|main)\b/g).length, page.match(/<\/(table|tr|td|div|main)>/g).length);
  done();
  return {};
}
