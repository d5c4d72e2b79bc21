import http from 'k6/http';
import { FormData } from 'https://jslib.k6.io/formdata/0.0.2/index.js';
import formurlencoded from 'https://jslib.k6.io/form-urlencoded/3.0.0/index.js';
import { Get, Httpx, Post } from 'https://jslib.k6.io/httpx/0.1.0/index.js';
import { done, is } from './cases.js';

const session = new Httpx({ baseURL: __ENV.BASE, headers: { 'X-Kept': 'kept' }, tags: { kept: 'yes' }, timeout: 20000 });

export default async function () {
  const seen = (response) => {
    const { method, headers, data } = response.json();
    return { method, kept: headers['X-Kept'], own: headers['X-Own'], data };
  };
  const path = '/bin/anything';
  is('get', seen(session.get(path)), { method: 'GET', kept: 'kept', data: '' });
  is('headers are joined', seen(session.get(path, null, { headers: { 'X-Own': 'own' } })).own, 'own');
  is('the request has the last word', seen(session.get(path, null, { headers: { 'X-Kept': 'new' } })).kept, 'new');
  for (const method of ['post', 'put', 'patch', 'delete']) {
    is(method, [seen(session[method](path, 'text')).method, seen(session[method](path, 'text')).data], [method.toUpperCase(), 'text']);
  }
  is('request', seen(session.request('PUT', path, 'x')).method, 'PUT');
  is('asyncRequest', seen(await session.asyncRequest('POST', path, 'later')).data, 'later');
  session.addHeader('X-Own', 'session');
  session.addHeaders({ 'X-Kept': 'changed' });
  is('session headers', seen(session.get(path)), { method: 'GET', kept: 'changed', own: 'session', data: '' });
  session.clearHeader('X-Own');
  is('a header less', seen(session.get(path)).own, undefined);
  session.addTag('a', '1');
  session.addTags({ b: '2' });
  session.clearTag('a');
  is('tags', session.tags, { kept: 'yes', b: '2' });
  const answers = session.batch([new Get(path), new Post(path, 'batched'), path], { headers: { 'X-Own': 'all' } });
  is('batch', answers.map((answer) => [seen(answer).method, seen(answer).own]), [['GET', 'all'], ['POST', 'all'], ['GET', 'all']]);
  session.setBaseUrl(`${__ENV.BASE}/bin`);
  is('another base', seen(session.get('/anything')).method, 'GET');
  is('a whole address', new Httpx({ baseURL: 'http://127.0.0.1:1' }).get(`${__ENV.BASE}${path}`).status, 200);

  const form = new FormData();
  form.append('name', 'plimsoll');
  form.append('file', http.file('of the file', 'f"1".txt', 'text/x-own'));
  form.append('bytes', new Uint8Array([104, 105]));
  const body = new TextDecoder().decode(form.body());
  is('a form', body.split(form.boundary).join('#'), [
    '--#', 'Content-Disposition: form-data; name="name"', '', 'plimsoll',
    '--#', 'Content-Disposition: form-data; name="file"; filename="f%221%22.txt"', 'Content-Type: text/x-own', '', 'of the file',
    '--#', 'Content-Disposition: form-data; name="bytes"; filename="blob"', 'Content-Type: application/octet-stream', '', 'hi',
    '--#--', '',
  ].join('\r\n'));
  const type = `multipart/form-data; boundary=${form.boundary}`;
  const sent = http.post(`${__ENV.BASE}${path}`, form.body(), { headers: { 'Content-Type': type } });
  is('the server reads the form', sent.json().form.name, 'plimsoll');

  // Data, settings and text.
  const ENCODED = [
    [{ a: 1, b: 'x y&z', c: true }, {}, 'a=1&b=x+y%26z&c=true'],
    [{ b: 1, a: 2 }, { sorted: true }, 'a=2&b=1'],
    [{ list: [1, 2] }, {}, 'list%5B0%5D=1&list%5B1%5D=2'],
    [{ list: [1, 2] }, { skipIndex: true }, 'list%5B%5D=1&list%5B%5D=2'],
    [{ list: [1, 2] }, { skipBracket: true }, 'list=1&list=2'],
    [{ o: { p: { q: 1 } } }, {}, 'o%5Bp%5D%5Bq%5D=1'],
    [{ o: { p: { q: 1 } } }, { useDot: true }, 'o.p.q=1'],
    [{ n: null, m: 1 }, {}, 'n=&m=1'],
    [{ n: null, m: 1 }, { ignorenull: true }, 'm=1'],
    [{ "it's": 'é!' }, {}, 'it%27s=%C3%A9%21'],
  ];
  for (const [data, settings, text] of ENCODED) is(text, formurlencoded(data, settings), text);
  done();
}
