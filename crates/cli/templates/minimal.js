import http from 'k6/http';
import { check, sleep } from 'k6';

// Run with another address: plimsoll run -e BASE_URL=https://shop.example script.js
const BASE_URL = __ENV.BASE_URL || 'http://127.0.0.1:3000';

export const options = {
  vus: 10,
  duration: '30s',
};

export default function () {
  const response = http.get(`${BASE_URL}/api/products`);
  check(response, { 'status is 200': (r) => r.status === 200 });
  sleep(1);
}
