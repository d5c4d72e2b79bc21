import papaparse, { parse } from 'https://jslib.k6.io/papaparse/5.1.1/index.js';
import { done, is } from './cases.js';

// Text, settings, rows and the codes of errors.
const PARSED = [
  ['a,b\n1,2', {}, [['a', 'b'], ['1', '2']], []],
  ['a,b\n1,2\n', {}, [['a', 'b'], ['1', '2'], ['']], []],
  ['a,b\r\n1,2\r\n', { skipEmptyLines: true }, [['a', 'b'], ['1', '2']], []],
  ['a,b\n\n , \n1,2', { skipEmptyLines: 'greedy', delimiter: ',' }, [['a', 'b'], ['1', '2']], []],
  ['name,age\nx,1\ny,2', { header: true }, [{ name: 'x', age: '1' }, { name: 'y', age: '2' }], []],
  ['n,t,e\n1.5,true,\n-2e3,x,FALSE', { header: true, dynamicTyping: true }, [{ n: 1.5, t: true, e: null }, { n: -2000, t: 'x', e: false }], []],
  ['n,t\n1,2', { header: true, dynamicTyping: { n: true } }, [{ n: 1, t: '2' }], []],
  ['"a ""q""","b,c"\n"d\ne",f', {}, [['a "q"', 'b,c'], ['d\ne', 'f']], []],
  ["'a,b','c'", { quoteChar: "'" }, [['a,b', 'c']], []],
  ['"a\\"b",c', { escapeChar: '\\' }, [['a"b', 'c']], []],
  ['a;b;c\n1;2;3', {}, [['a', 'b', 'c'], ['1', '2', '3']], []],
  ['a\tb\n1\t2', {}, [['a', 'b'], ['1', '2']], []],
  ['a|b\n1|2\n3|4', { preview: 1 }, [['a', 'b']], []],
  ['h,i\n1,2\n3,4', { header: true, preview: 1 }, [{ h: '1', i: '2' }], []],
  ['# no\na,b\n#no\n1,2', { comments: '#' }, [['a', 'b'], ['1', '2']], []],
  ['a,b\n1\n1,2,3', { header: true }, [{ a: '1' }, { a: '1', b: '2', __parsed_extra: ['3'] }], ['TooFewFields', 'TooManyFields']],
  ['a,a,a\n1,2,3', { header: true }, [{ a: '1', a_1: '2', a_2: '3' }], []],
  [' A ,B\n1,2', { header: true, transformHeader: (name) => name.trim().toLowerCase() }, [{ a: '1', b: '2' }], []],
  ['a,b', { transform: (value, field) => `${value}${field}` }, [['a0', 'b1']], []],
  ['one', {}, [['one']], ['UndetectableDelimiter']],
  ['a,"b\nc', {}, [['a', 'b\nc']], ['MissingQuotes']],
  ['"x"y",z', { delimiter: ',' }, [['x"y', 'z']], ['InvalidQuotes']],
  ['\ufeffa,b', {}, [['a', 'b']], []],
  ['a,b,', {}, [['a', 'b', '']], []],
  ['', {}, [], ['UndetectableDelimiter']],
];

const UNPARSED = [
  [[['a', 'b'], [1, null]], {}, 'a,b\r\n1,'],
  [[{ a: 1, b: 'x"y' }, { a: 'p,q', b: ' z' }], {}, 'a,b\r\n1,"x""y"\r\n"p,q"," z"'],
  [[{ a: 1, b: 2 }], { header: false, delimiter: ';' }, '1;2'],
  [[{ a: 1, b: 2 }], { columns: ['b'], newline: '\n' }, 'b\n2'],
  [[['a', 1]], { quotes: true }, '"a","1"'],
  [{ fields: ['x', 'y'], data: [[1, 2], [3, 4]] }, {}, 'x,y\r\n1,2\r\n3,4'],
  [[['a'], [''], ['b']], { skipEmptyLines: true }, 'a\r\nb'],
  [[['=1+1']], { escapeFormulae: true }, '"\'=1+1"'],
];

export default function () {
  for (const [text, settings, data, errors] of PARSED) {
    const result = parse(text, settings);
    is(`parse ${JSON.stringify(text)}`, [result.data, result.errors.map((error) => error.code)], [data, errors]);
  }
  for (const [rows, settings, text] of UNPARSED) is(`unparse ${text}`, papaparse.unparse(rows, settings), text);
  const { meta } = papaparse.parse('a;b\r\n1;2\r\n', { header: true });
  is('meta', meta, { delimiter: ';', linebreak: '\r\n', aborted: false, truncated: false, cursor: 10, fields: ['a', 'b'] });
  const steps = [];
  papaparse.parse('a,b\n1,2', { step: (row) => steps.push(row.data), complete: () => steps.push('end') });
  is('steps', steps, [['a', 'b'], ['1', '2'], 'end']);
  const column = papaparse.parse(Array.from({ length: 20000 }, (_, at) => `row${at}`).join('\n')).data;
  is('a long column', [column.length, column[19999]], [20000, ['row19999']]);
  done();
}
