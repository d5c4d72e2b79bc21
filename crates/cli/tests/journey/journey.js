import http from 'k6/http';
import { check, sleep } from 'k6';
import { SharedArray } from 'k6/data';
import exec from 'k6/execution';

const shoppers = new SharedArray('shoppers', () =>
  open('./shoppers.csv').trim().split('\n').slice(1).map((line) => {
    const [email, product] = line.split(',');
    return { email, product: Number(product) };
  }),
);

export const options = {
  scenarios: { journey: { executor: 'per-vu-iterations', vus: 10, iterations: 3 } },
};

export default function () {
  const { email, product } = shoppers[exec.scenario.iterationInTest % shoppers.length];
  const json = { 'Content-Type': 'application/json' };
  const login = http.post(`${__ENV.SHOP}/api/auth/login`, JSON.stringify({ email, password: 'password123' }), { headers: json });
  check(login, { 'logged in': (r) => r.status === 200 });
  const headers = { ...json, Authorization: `Bearer ${login.json('token')}` };
  sleep(0.01);
  check(http.get(`${__ENV.SHOP}/api/products`, { headers }), { 'list': (r) => r.status === 200 });
  check(http.get(`${__ENV.SHOP}/api/products/${product}`, { headers }), { 'product': (r) => r.status === 200 });
  sleep(0.01);
  const line = JSON.stringify({ productId: product, quantity: 1 });
  check(http.post(`${__ENV.SHOP}/api/cart/items`, line, { headers }), { 'in the cart': (r) => r.status === 201 });
  check(http.post(`${__ENV.SHOP}/api/cart/checkout`, '{}', { headers }), { 'bought': (r) => r.status === 201 });
}
