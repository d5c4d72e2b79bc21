// Breakpoint test: at which rate does it stop keeping up? The rate rises until a threshold ends the run.
import http from 'k6/http';
import { check } from 'k6';

const BASE_URL = __ENV.BASE_URL || 'http://127.0.0.1:3000';

export const options = {
  scenarios: {
    breakpoint: {
      // The rate does not wait for answers, so a slow target cannot slow the test down.
      executor: 'ramping-arrival-rate',
      startRate: 10,
      timeUnit: '1s',
      preAllocatedVUs: 50,
      maxVUs: 2000,
      stages: [{ duration: '20m', target: 2000 }],
    },
  },
  thresholds: {
    http_req_failed: [{ threshold: 'rate<0.05', abortOnFail: true, delayAbortEval: '10s' }],
    http_req_duration: [{ threshold: 'p(95)<2000', abortOnFail: true, delayAbortEval: '10s' }],
  },
};

export default function () {
  const response = http.get(`${BASE_URL}/api/products`);
  check(response, { 'status is 200': (r) => r.status === 200 });
}
