import { expect } from 'https://jslib.k6.io/k6-testing/0.6.1/index.js';
import { done, is } from './cases.js';

const strict = expect.configure({ softMode: 'throw', colorize: false, timeout: 120, interval: 10 });

// An assertion and whether it holds.
const CASES = [
  [(e) => e(1).toBe(1), true],
  [(e) => e(NaN).toBe(NaN), true],
  [(e) => e({}).toBe({}), false],
  [(e) => e(1).not.toBe(2), true],
  [(e) => e(1).not.toBe(1), false],
  [(e) => e({ a: [1], b: undefined }).toEqual({ a: [1] }), true],
  [(e) => e([1, 2]).toEqual([1, 3]), false],
  [(e) => e(0.1 + 0.2).toBeCloseTo(0.3), true],
  [(e) => e(1.236).toBeCloseTo(1.23, 2), false],
  [(e) => e(0).toBeDefined(), true],
  [(e) => e(undefined).toBeUndefined(), true],
  [(e) => e(null).toBeNull(), true],
  [(e) => e('x').toBeNaN(), false],
  [(e) => e('x').toBeTruthy(), true],
  [(e) => e(0).toBeFalsy(), true],
  [(e) => e(2).toBeGreaterThan(1), true],
  [(e) => e(2).toBeGreaterThanOrEqual(3), false],
  [(e) => e(2).toBeLessThan(2), false],
  [(e) => e(2).toBeLessThanOrEqual(2), true],
  [(e) => e(new Date()).toBeInstanceOf(Date), true],
  [(e) => e([]).toBeInstanceOf(Date), false],
  [(e) => e('a text').toContain('text'), true],
  [(e) => e([1, 2]).toContain(3), false],
  [(e) => e(new Set([1])).toContain(1), true],
  [(e) => e([{ a: 1 }]).toContainEqual({ a: 1 }), true],
  [(e) => e('abc').toHaveLength(3), true],
  [(e) => e({ a: { b: [5] } }).toHaveProperty('a.b[0]'), true],
  [(e) => e({ a: { b: [5] } }).toHaveProperty('a.b[0]', 6), false],
  [(e) => e({ a: 1 }).not.toHaveProperty('b'), true],
];

// An element that comes late, and what is asked of it.
const element = () => {
  let asked = 0;
  return {
    isVisible: async () => (asked += 1) > 3,
    isHidden: async () => false,
    isEnabled: async () => true,
    isChecked: async () => false,
    textContent: async () => '  Hello,\n  you ',
    inputValue: async () => 'typed',
    getAttribute: async (name) => (name === 'id' ? 'n1' : null),
  };
};
const LATER = [
  [(e) => e(element()).toBeVisible(), true],
  [(e) => e(element()).toBeHidden(), false],
  [(e) => e(element()).toBeEnabled(), true],
  [(e) => e(element()).not.toBeChecked(), true],
  [(e) => e(element()).toHaveText('Hello, you'), true],
  [(e) => e(element()).toHaveText('Hello'), false],
  [(e) => e(element()).toContainText(/hello/i), true],
  [(e) => e(element()).toContainText('HELLO', { ignoreCase: true }), true],
  [(e) => e(element()).toHaveValue('typed'), true],
  [(e) => e(element()).toHaveAttribute('id', 'n1'), true],
  [(e) => e(element()).toHaveAttribute('class'), false],
  [(e) => e(element()).toBeEditable({ timeout: 20 }), false],
];

const said = (act) => {
  try {
    act();
  } catch (error) {
    return error.message;
  }
  return '';
};

export default async function () {
  CASES.forEach(([assert, holds], at) => is(`case ${at}`, said(() => assert(strict.soft)) === '', holds));
  for (const [at, [assert, holds]] of LATER.entries()) {
    const outcome = await assert(strict.soft).then(() => true, () => false);
    is(`later ${at}`, outcome, holds);
  }
  const pretty = said(() => strict.soft({ a: 1 }).toEqual({ a: 2 })).split('\n');
  is('a report', pretty.filter((line) => !line.includes(':') || /Error|Expected|Received|Filename/.test(line)), [
    '', '', '   Error: expect(received).toEqual(expected)', '', 'Expected: { a: 2 }', 'Received: { a: 1 }', '', 'Filename: k6-testing.js', '',
  ]);
  is('where', /At: \S*k6-testing\.js:\d+:\d+$/.test(pretty[3]), true);
  const inline = said(() => strict.configure({ display: 'inline' }).soft('x', 'own words').not.toBe('x'));
  is('in a line', /^error=own words at=\S+ expected=x received=x filename=k6-testing\.js line=\d+$/.test(inline), true);
  const late = await strict.soft(element()).toHaveText('x').catch((error) => error.message);
  is('where after a wait', /At: \S*k6-testing\.js:\d+/.test(late), true);
  is('what came', late.includes('Expected: x') && late.includes('Received:   Hello,'), true);
  done();
  expect.soft(1).toBe(1);
  expect.configure({ colorize: false }).soft(1, 'softly').toBe(2);
  console.log('goes on');
  expect.configure({ colorize: false })(1).toBe(3);
  console.log('never reached');
}
