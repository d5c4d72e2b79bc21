import http from 'k6/http';
import { check, group, sleep } from 'k6';
import { Trend } from 'k6/metrics';

const BASE_URL = __ENV.BASE_URL || 'http://127.0.0.1:3000';

// A metric of your own stands beside the built-in ones in the summary, and takes thresholds too.
const browseTime = new Trend('browse_time', true);

export const options = {
  scenarios: {
    browse: {
      // Starts 20 iterations a second, however long each of them takes.
      executor: 'constant-arrival-rate',
      rate: 20,
      timeUnit: '1s',
      duration: '1m',
      preAllocatedVUs: 20,
      maxVUs: 100,
    },
  },
  thresholds: {
    http_req_failed: ['rate<0.01'],
    http_req_duration: ['p(95)<500', 'p(99)<1000'],
    checks: ['rate>0.99'],
  },
};

// Runs once, before the load; what it returns is handed to every iteration.
export function setup() {
  const response = http.get(`${BASE_URL}/api/products`);
  if (response.status !== 200) {
    throw new Error(`the target does not answer: ${response.status} ${response.error}`);
  }
  return { started: new Date().toISOString() };
}

export default function () {
  group('browse', () => {
    const list = http.get(`${BASE_URL}/api/products`, { tags: { name: 'list' } });
    check(list, { 'list is shown': (r) => r.status === 200 });

    const product = http.get(`${BASE_URL}/api/products/1`, { tags: { name: 'product' } });
    check(product, { 'product is shown': (r) => r.status === 200 });
    browseTime.add(list.timings.duration + product.timings.duration);
  });
  sleep(1);
}

// Runs once, after the load.
export function teardown(data) {
  console.log(`started at ${data.started}`);
}
