import chai, { describe, expect } from 'https://jslib.k6.io/k6chaijs/4.5.0.1/index.js';
import { initContractPlugin } from 'https://jslib.k6.io/k6chaijs-contracts/4.3.4.0/index.js';
import { describe as first } from 'https://jslib.k6.io/expect/0.0.4/index.js';
import { done, is } from './cases.js';

initContractPlugin(chai);
const thrower = () => {
  throw new TypeError('no salmon');
};
const json = (text) => ({ json: () => JSON.parse(text) });
const counter = { n: 0 };

// An assertion, whether it holds, and the check that it counts last.
const CASES = [
  [() => expect(1).to.equal(1), true, 'expected ${this} to equal 1'],
  [() => expect(1, 'one').to.equal(2), false, 'expected one to equal 2'],
  [() => expect(1).to.not.equal(1), false, 'expected ${this} to not equal 1'],
  [() => expect({ a: [1] }).to.equal({ a: [1] }), false, 'expected ${this} to equal { a: [ 1 ] }'],
  [() => expect({ a: [1] }).to.deep.equal({ a: [1] }), true, 'expected ${this} to deeply equal { a: [ 1 ] }'],
  [() => expect({ a: [1] }).to.eql({ a: [2] }), false, 'expected ${this} to deeply equal { a: [ 2 ] }'],
  [() => expect('x').to.be.a('string'), true, 'expected ${this} to be a string'],
  [() => expect([]).to.be.an('array').that.is.empty, true, 'expected ${this} to be empty'],
  [() => expect(null).to.be.an('object'), false, 'expected ${this} to be an object'],
  [() => expect(true).to.be.true, true, 'expected ${this} to be true'],
  [() => expect(1).to.be.ok, true, 'expected ${this} to be truthy'],
  [() => expect(0).to.exist, true, 'expected ${this} to exist'],
  [() => expect(undefined).to.not.exist, true, 'expected ${this} to not exist'],
  [() => expect(5).to.be.above(4), true, 'expected ${this} to be above 4'],
  [() => expect(5).to.be.at.least(6), false, 'expected ${this} to be at least 6'],
  [() => expect(5).to.be.below(5), false, 'expected ${this} to be below 5'],
  [() => expect(5).to.be.at.most(5), true, 'expected ${this} to be at most 5'],
  [() => expect(5).to.be.within(1, 5), true, 'expected ${this} to be within 1..5'],
  [() => expect(1.5).to.be.closeTo(1, 0.5), true, 'expected ${this} to be close to 1 +/- 0.5'],
  [() => expect([1, 2]).to.include(2), true, 'expected ${this} to include 2'],
  [() => expect('foobar').to.include('bar'), true, "expected ${this} to include 'bar'"],
  [() => expect([{ a: 1 }]).to.deep.include({ a: 1 }), true, 'expected ${this} to deep include { a: 1 }'],
  [() => expect({ a: 1, b: 2 }).to.include({ a: 1 }), true, 'expected ${this} to include { a: 1 }'],
  [() => expect('foo').to.have.lengthOf(3), true, 'expected ${this} to have a length of 3 got ${actual}'],
  [() => expect('foo').to.have.lengthOf.at.least(4), false, 'expected ${this} to have a length at least 4 got ${actual}'],
  [() => expect(new Set([1])).to.have.lengthOf(1), true, 'expected ${this} to have a size of 1 got ${actual}'],
  [() => expect({ a: 1 }).to.have.property('a'), true, "expected ${this} to have property 'a'"],
  [() => expect({ a: 1 }).to.have.property('a', 1), true, "expected ${this} to have property 'a' of 1 got ${actual}"],
  [() => expect({ a: { b: [7] } }).to.have.nested.property('a.b[0]', 7), true, "expected ${this} to have nested property 'a.b[0]' of 7 got ${actual}"],
  [() => expect({}).to.have.own.property('toString'), false, "expected ${this} to have own property 'toString'"],
  [() => expect({ a: { b: 1 } }).to.have.property('a').that.has.property('b').above(0), true, 'expected ${this} to be above 0'],
  [() => expect({ a: 1, b: 2 }).to.have.all.keys('a', 'b'), true, "expected ${this} to have keys 'a', and 'b'"],
  [() => expect({ a: 1, b: 2 }).to.have.keys('a'), false, "expected ${this} to have key 'a'"],
  [() => expect({ a: 1, b: 2 }).to.include.keys('a'), true, "expected ${this} to contain key 'a'"],
  [() => expect({ a: 1 }).to.not.have.any.keys('c', 'd'), true, "expected ${this} to not have keys 'c', or 'd'"],
  [() => expect('foobar').to.match(/^foo/), true, 'expected ${this} to match /^foo/'],
  [() => expect('foobar').to.have.string('bar'), true, "expected ${this} to contain 'bar'"],
  [() => expect([1, 2, 3]).to.have.members([3, 1, 2]), true, 'expected ${this} to have the same members as [ 3, 1, 2 ]'],
  [() => expect([1, 2, 3]).to.have.ordered.members([3, 1, 2]), false, 'expected ${this} to have the same ordered members as [ 3, 1, 2 ]'],
  [() => expect([1, 2, 3]).to.include.members([2]), true, 'expected ${this} to be a superset of [ 2 ]'],
  [() => expect(2).to.be.oneOf([1, 2]), true, 'expected ${this} to be one of [ 1, 2 ]'],
  [() => expect('a sunny day').to.contain.oneOf(['sunny', 'dull']), true, "expected ${this} to contain one of [ 'sunny', 'dull' ]"],
  [() => expect(thrower).to.throw(), true, 'expected ${this} to throw an error'],
  [() => expect(thrower).to.throw(TypeError, 'salmon'), true, "expected ${this} to throw TypeError including 'salmon'"],
  [() => expect(thrower).to.throw(/trout/), false, 'expected ${this} to throw an error matching /trout/'],
  [() => expect(() => {}).to.not.throw(), true, 'expected ${this} to not throw an error'],
  [() => expect({ a: 1 }).to.be.an.instanceof(Object), true, 'expected ${this} to be an instance of Object'],
  [() => expect({ f: thrower }).to.respondTo('f'), true, "expected ${this} to respond to 'f'"],
  [() => expect(1).to.satisfy((n) => n > 0), true, 'expected ${this} to satisfy [Function]'],
  [() => expect(() => (counter.n += 2)).to.increase(counter, 'n').by(2), true, 'expected the change to be 2'],
  [() => expect(Object.freeze({})).to.be.frozen, true, 'expected ${this} to be frozen'],
  [() => expect(NaN).to.be.NaN, true, 'expected ${this} to be NaN'],
  [() => expect(1).to.be.finite, true, 'expected ${this} to be a finite number'],
  [() => expect(json('{}')).to.have.validJsonBody(), true, 'has valid json body'],
  [() => expect(json('<')).to.have.validJsonBody(), false, 'has valid json body'],
  [() => expect(json('{"n":1}')).to.matchSchema({ required: ['n'] }, 'a number'), true, 'expected ${this} to match a number'],
  [() => expect({}).to.matchSchema({ required: ['n'], title: 'T' }), false, 'expected ${this} to match T'],
  [() => expect(new Map([['a', 1]])).to.deep.equal(new Map([['a', 1]])), true, "expected ${this} to deeply equal Map { 'a' => 1 }"],
  [() => expect({ d: new Date(0), r: /x/, s: new Set([1]) }).to.eql({ d: new Date(0), r: /x/, s: new Set([1]) }), true, 'expected ${this} to deeply equal { d: 1970-01-01T00:00:00.000Z, r: /x/, s: Set { 1 } }'],
];

export default function () {
  CASES.forEach(([assert, holds], at) => is(`case ${at}`, describe(`case ${at}`, assert), holds));
  let after = false;
  const broken = describe('ends early', () => {
    expect(1).to.equal(2);
    after = true;
  });
  is('the rest is not run', [broken, after], [false, false]);
  is('any error', describe('throws', () => { throw 'Something unexpected'; }), false);
  is('a chain of groups', describe('one', () => {}) && describe('two', () => {}), true);
  chai.config.aggregateChecks = false;
  chai.config.truncateVariableThreshold = 10;
  describe('values', () => expect('a long long text').to.have.lengthOf.at.least(5));
  chai.config.aggregateChecks = true;
  chai.use(({ Assertion }) => Assertion.addProperty('even', function even() {
    this.assert(this.value % 2 === 0, 'expected {this} to be even', 'expected {this} to be odd');
  }));
  is('own words', [describe('even', () => expect(2).to.be.even), describe('odd', () => expect(3).to.be.even)], [true, false]);
  let said;
  try {
    expect(3, 'three').to.equal(4);
  } catch (error) {
    said = [error.name, error.message];
  }
  is('outside of a group it throws', said, ['AssertionError', 'expected three to equal 4']);

  const response = { url: 'http://a.example', json: () => ({ n: 1 }) };
  is('the older expect', first('older', (t) => {
    t.expect(200).as('status').toEqual(200).and(response).toHaveValidJson().and(7).as('n').toBeGreaterThan(5).toBeBetween(1, 9);
    t.expect('yes').toBeTruthy().toInclude('e');
  }), true);
  is('it ends a case, too', first('older, broken', (t) => t.expect(1).as('one').toBeLessThan(1).and(2).toEqual(3)), false);
  done();
}

export function handleSummary({ root_group: root }) {
  const checks = Object.fromEntries(root.groups.map((group) => [group.name, group.checks.map((check) => check.name)]));
  CASES.forEach(([, , name], at) => is(`name ${at}`, checks[`case ${at}`][checks[`case ${at}`].length - 1], name));
  is('an exception is a check', checks.throws, ['Exception raised "Something unexpected"']);
  is('values in names', checks.values, [
    "expected 'a long lo... to have property 'length'",
    "expected 'a long lo... to have a length at least 5 got 16",
  ]);
  is('names of the older', checks.older, [
    'status is 200.', 'http://a.example has valid json response', 'n is greater than 5', 'n is between 1 - 9', 'yes is truthy.', 'yes includes e',
  ]);
  is('names of a broken case', checks['older, broken'], ['one is less than 1']);
  done();
  return {};
}
