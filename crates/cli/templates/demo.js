// What `plimsoll demo` runs: visitors who browse at a steady rate, and customers who buy.
import http from 'k6/http';
import { check, group, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';

const BASE_URL = __ENV.BASE_URL || 'http://127.0.0.1:3000';
const JSON_BODY = { headers: { 'Content-Type': 'application/json' } };

const orders = new Counter('orders');
const checkoutTime = new Trend('checkout_time', true);

export const options = {
  scenarios: {
    browse: {
      executor: 'constant-arrival-rate',
      exec: 'browse',
      rate: 50,
      timeUnit: '1s',
      duration: '10s',
      preAllocatedVUs: 10,
      maxVUs: 50,
      gracefulStop: '2s',
    },
    buy: {
      executor: 'ramping-vus',
      exec: 'buy',
      startVUs: 1,
      stages: [
        { duration: '4s', target: 8 },
        { duration: '4s', target: 8 },
        { duration: '2s', target: 0 },
      ],
      gracefulRampDown: '2s',
      gracefulStop: '2s',
    },
  },
  thresholds: {
    http_req_failed: ['rate<0.01'],
    'http_req_duration{scenario:browse}': ['p(95)<200'],
    checkout_time: ['p(95)<500'],
    checks: ['rate>0.99'],
  },
};

export function setup() {
  const response = http.get(`${BASE_URL}/health`);
  check(response, { 'the shop is open': (r) => r.status === 200 });
}

export function browse() {
  const list = http.get(`${BASE_URL}/api/products?limit=20`, { tags: { name: 'list' } });
  check(list, { 'the list is shown': (r) => r.status === 200 });
  const id = 1 + (__ITER % 20);
  const product = http.get(`${BASE_URL}/api/products/${id}`, { tags: { name: 'product' } });
  check(product, { 'the product is shown': (r) => r.status === 200 });
}

export function buy() {
  group('checkout', () => {
    const started = Date.now();
    const account = JSON.stringify({ email: `customer-${__VU}@example.com`, password: 'secret' });
    const login = http.post(`${BASE_URL}/api/auth/login`, account, JSON_BODY);
    check(login, { 'logged in': (r) => r.status === 200 });

    const headers = { Authorization: `Bearer ${login.json('token')}`, 'Content-Type': 'application/json' };
    const line = JSON.stringify({ productId: 1 + (__VU % 20), quantity: 1 });
    const added = http.post(`${BASE_URL}/api/cart/items`, line, { headers });
    check(added, { 'added to the cart': (r) => r.status === 200 || r.status === 201 });

    const order = http.post(`${BASE_URL}/api/cart/checkout`, '{}', { headers });
    if (check(order, { ordered: (r) => r.status === 201 })) {
      orders.add(1);
    }
    checkoutTime.add(Date.now() - started);
  });
  sleep(0.2 + Math.random() * 0.3);
}
