import jsonpath from 'https://jslib.k6.io/jsonpath/1.0.2/index.js';
import { done, is, throws } from './cases.js';

const shop = () => ({
  store: {
    shelf: [
      { kind: 'novel', by: 'Ann Lee', title: 'Sea', price: 9 },
      { kind: 'novel', by: 'Bo Ek', title: 'Fog', price: 13, isbn: '1-2' },
      { kind: 'atlas', by: 'Cy Orr', title: 'Maps', price: 23, isbn: '3-4' },
    ],
    'odd name': { deep: [[1, 2], [3]] },
  },
});

const QUERIES = [
  ['$.store.shelf[*].by', ['Ann Lee', 'Bo Ek', 'Cy Orr']],
  ['$..title', ['Sea', 'Fog', 'Maps']],
  ['$.store..price', [9, 13, 23]],
  ['$.store.shelf[1].title', ['Fog']],
  ["$['store']['odd name'].deep[0][1]", [2]],
  ['$..shelf[-1:].title', ['Maps']],
  ['$..shelf[(@.length-1)].title', ['Maps']],
  ['$..shelf[0,2].title', ['Sea', 'Maps']],
  ['$..shelf[:2].title', ['Sea', 'Fog']],
  ['$..shelf[::2].title', ['Sea', 'Maps']],
  ['$..shelf[::-1].title', ['Maps', 'Fog', 'Sea']],
  ['$..shelf[?(@.isbn)].title', ['Fog', 'Maps']],
  ['$..shelf[?(!@.isbn)].title', ['Sea']],
  ['$..shelf[?(@.price < 10)].title', ['Sea']],
  ["$..shelf[?(@.price >= 13 && @.kind == 'novel')].title", ['Fog']],
  ["$..shelf[?(@.kind === 'atlas' || @.price === 9)].title", ['Sea', 'Maps']],
  ['$..shelf[?(@.title.length == 3)].title', ['Sea', 'Fog']],
  ['$..shelf[?(@.by.match(/ek$/i))].title', ['Fog']],
  ['$..shelf[?((@.price - 3) * 2 > 15)].title', ['Fog', 'Maps']],
  ["$..shelf[?(@['price'] % 2 == 1 && @.title != 'Sea')].title", ['Fog', 'Maps']],
  ['$..deep[*][*]', [1, 2, 3]],
  ['$.store.nothing', []],
  ['$.store.shelf.length', [3]],
];

export default function () {
  for (const [path, values] of QUERIES) is(path, jsonpath.query(shop(), path), values);
  is('at most', jsonpath.query(shop(), '$..title', 2), ['Sea', 'Fog']);
  is('an array', jsonpath.query([5, 6], '$[1]'), [6]);
  is('paths', jsonpath.paths(shop(), '$..isbn'), [['$', 'store', 'shelf', 1, 'isbn'], ['$', 'store', 'shelf', 2, 'isbn']]);
  is('nodes', jsonpath.nodes(shop(), '$..deep[1]'), [{ path: ['$', 'store', 'odd name', 'deep', 1], value: [3] }]);
  is('a value', jsonpath.value(shop(), '$..title'), 'Sea');
  const changed = shop();
  is('a new value', [jsonpath.value(changed, '$.store.shelf[0].title', 'Ice'), changed.store.shelf[0].title], ['Ice', 'Ice']);
  const made = {};
  jsonpath.value(made, '$.a.b[0]', 1);
  is('made on the way', made, { a: { b: [1] } });
  is('the parent', jsonpath.parent(shop(), '$..title').by, 'Ann Lee');
  jsonpath.apply(changed, '$..price', (price) => price * 2);
  is('applied', jsonpath.query(changed, '$..price'), [18, 26, 46]);
  is('text of a path', jsonpath.stringify(['$', 'a', 0, 'odd name']), '$.a[0]["odd name"]');
  is('text of a parsed path', jsonpath.stringify(jsonpath.parse('$..a[?(@.b>1)].c[0,1]')), '$..a[?(@.b>1)].c[0,1]');
  throws('no path', () => jsonpath.query({}, ''), 'path');
  throws('a broken path', () => jsonpath.query({}, '$.a['), 'Parse error');
  throws('no calls', () => jsonpath.query({ a: [1] }, '$.a[?(@.constructor.constructor("x")())]'), 'cannot be called');
  done();
}
