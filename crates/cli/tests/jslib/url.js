import { URL as Address, URLSearchParams as Query } from 'https://jslib.k6.io/url/1.0.0/index.js';
import { done, is, throws } from './cases.js';

export default function () {
  const url = new Address('/a/../b c?x=1&x=2#part', 'https://user:pw@shop.example:8443/base');
  is('parts', [url.protocol, url.host, url.port, url.pathname, url.search, url.hash], ['https:', 'shop.example:8443', '8443', '/b%20c', '?x=1&x=2', '#part']);
  is('href', url.href, 'https://user:pw@shop.example:8443/b%20c?x=1&x=2#part');
  url.searchParams.append('y', 'é &');
  is('its parameters', [url.searchParams.getAll('x'), url.search], [['1', '2'], '?x=1&x=2&y=%C3%A9+%26']);
  const query = new Query([['b', '2'], ['a', '1']]);
  query.sort();
  is('parameters', [query.toString(), query.get('b'), query.has('c')], ['a=1&b=2', '2', false]);
  throws('no address', () => new Address('nothing'), 'URL');
  done();
}
