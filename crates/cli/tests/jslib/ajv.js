import Ajv from 'https://jslib.k6.io/ajv/6.12.5/index.js';
import { done, is, throws } from './cases.js';

const person = {
  type: 'object',
  required: ['id', 'name'],
  properties: {
    id: { type: 'integer', minimum: 1 },
    name: { type: 'string', minLength: 2, maxLength: 5, pattern: '^[a-z]+$' },
    tags: { type: 'array', items: { type: 'string' }, minItems: 1, uniqueItems: true },
    mail: { type: 'string', format: 'email' },
    role: { enum: ['a', 'b'] },
    'odd name': { const: 1 },
  },
  additionalProperties: false,
};

// A schema, a value, and what is said of it.
const CASES = [
  [person, { id: 1, name: 'ann' }, 'No errors'],
  [person, [], 'data should be object'],
  [person, { id: 1 }, "data should have required property 'name'"],
  [person, { id: 1.5, name: 'ann' }, 'data.id should be integer'],
  [person, { id: 0, name: 'ann' }, 'data.id should be >= 1'],
  [person, { id: 1, name: 'a' }, 'data.name should NOT be shorter than 2 characters'],
  [person, { id: 1, name: 'annnnn' }, 'data.name should NOT be longer than 5 characters'],
  [person, { id: 1, name: 'Ann' }, 'data.name should match pattern "^[a-z]+$"'],
  [person, { id: 1, name: 'ann', tags: ['x', 2] }, 'data.tags[1] should be string'],
  [person, { id: 1, name: 'ann', tags: [] }, 'data.tags should NOT have fewer than 1 items'],
  [person, { id: 1, name: 'ann', tags: ['x', 'y', 'x'] }, 'data.tags should NOT have duplicate items (items ## 0 and 2 are identical)'],
  [person, { id: 1, name: 'ann', mail: 'x' }, 'data.mail should match format "email"'],
  [person, { id: 1, name: 'ann', role: 'c' }, 'data.role should be equal to one of the allowed values'],
  [person, { id: 1, name: 'ann', 'odd name': 2 }, "data['odd name'] should be equal to constant"],
  [person, { id: 1, name: 'ann', more: 1 }, 'data should NOT have additional properties'],
  [{ type: ['string', 'null'] }, 1, 'data should be string,null'],
  [{ multipleOf: 3 }, 7, 'data should be multiple of 3'],
  [{ exclusiveMaximum: 5 }, 5, 'data should be < 5'],
  [{ maxProperties: 1 }, { a: 1, b: 2 }, 'data should NOT have more than 1 properties'],
  [{ items: [{ type: 'string' }], additionalItems: false }, ['a', 1], 'data should NOT have more than 1 items'],
  [{ items: [{}, {}], additionalItems: { type: 'number' } }, [1, 2, 'x'], 'data[2] should be number'],
  [{ contains: { type: 'string' } }, [1], 'data[0] should be string, data should contain a valid item'],
  [{ patternProperties: { '^n': { type: 'number' } } }, { n1: 'x', m: 1 }, 'data.n1 should be number'],
  [{ propertyNames: { maxLength: 2 } }, { abc: 1 }, "data should NOT be longer than 2 characters, data property name 'abc' is invalid"],
  [{ dependencies: { a: ['b'] } }, { a: 1 }, 'data should have property b when property a is present'],
  [{ allOf: [{ minimum: 1 }, { maximum: 3 }] }, 4, 'data should be <= 3'],
  [{ anyOf: [{ type: 'string' }, { minimum: 5 }] }, 1, 'data should be string, data should be >= 5, data should match some schema in anyOf'],
  [{ oneOf: [{ minimum: 1 }, { minimum: 2 }] }, 3, 'data should match exactly one schema in oneOf'],
  [{ not: { type: 'number' } }, 1, 'data should NOT be valid'],
  [{ if: { minimum: 5 }, then: { multipleOf: 5 }, else: { maximum: 1 } }, 6, 'data should be multiple of 5, data should match "then" schema'],
  [{ definitions: { n: { properties: { next: { $ref: '#/definitions/n' }, v: { type: 'number' } } } }, $ref: '#/definitions/n' }, { next: { next: { v: 'x' } } }, 'data.next.next.v should be number'],
  [{ properties: { a: false } }, { a: 1 }, 'data.a boolean schema is false'],
  [{ type: 'string', nullable: true }, null, 'No errors'],
];

const FORMATS = [
  ['date', ['2024-02-29'], ['2023-02-29', '2024-13-01', 'x']],
  ['time', ['10:20:30Z', '10:20:30.5'], ['25:00:00Z', '10:20']],
  ['date-time', ['2024-01-02T03:04:05Z', '2024-01-02T03:04:05+01:00'], ['2024-01-02', '2024-01-02T03:04:05']],
  ['uri', ['https://a.example/b?c=d#e', 'urn:x:y'], ['/path', 'no uri']],
  ['email', ['a.b@c.example'], ['a@', 'a b@c']],
  ['ipv4', ['1.2.3.4'], ['256.1.1.1', '1.2.3']],
  ['ipv6', ['::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'], ['1:2', '1::2::3', 'g::']],
  ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567']],
  ['hostname', ['a-b.example'], ['-a', 'a_b']],
  ['regex', ['^a+$'], ['(']],
];

export default function () {
  for (const [schema, value, said] of CASES) {
    const ajv = new Ajv();
    const valid = ajv.validate(schema, value);
    is(JSON.stringify([schema, value]), [valid, ajv.errorsText()], [said === 'No errors', said]);
  }
  for (const [format, good, bad] of FORMATS) {
    const fits = new Ajv().compile({ format });
    is(format, [good.map((text) => fits(text)), bad.map((text) => fits(text))], [good.map(() => true), bad.map(() => false)]);
  }
  const all = new Ajv({ allErrors: true });
  all.validate(person, { id: 0, name: 'A' });
  is('all errors', all.errors.map((error) => error.keyword), ['minimum', 'minLength', 'pattern']);
  is('an error', all.errors[0], {
    keyword: 'minimum', dataPath: '.id', schemaPath: '#/properties/id/minimum',
    params: { comparison: '>=', limit: 1, exclusive: false }, message: 'should be >= 1',
  });
  const validate = new Ajv().compile({ type: 'number' });
  is('compiled', [validate(1), validate.errors, validate('x'), validate.errors.length], [true, null, false, 1]);
  const shared = new Ajv().addSchema({ $id: 'http://a.example/defs.json', definitions: { n: { type: 'integer' } } });
  shared.addSchema({ type: 'string' }, 'named');
  is('by address', shared.validate({ $ref: 'http://a.example/defs.json#/definitions/n' }, 1.5), false);
  is('by key', shared.validate('named', 1), false);
  const changing = new Ajv({ useDefaults: true, coerceTypes: true, removeAdditional: true });
  const value = { n: '3', more: 1 };
  changing.validate({ properties: { n: { type: 'number' }, d: { default: 7 } }, additionalProperties: false }, value);
  is('defaults, types, extras', value, { n: 3, d: 7 });
  const own = new Ajv().addFormat('even', /^(..)*$/).addKeyword('big', { type: 'number', validate: (big, number) => !big || number > 99 });
  is('own format and keyword', [own.validate({ format: 'even' }, 'abc'), own.validate({ big: true }, 5), own.validate({ big: true }, 100)], [false, false, true]);
  throws('a missing reference', () => new Ajv().compile({ $ref: '#/definitions/x' }), "can't resolve reference");
  throws('an unknown type', () => new Ajv().compile({ type: ['string', 'text'] }), 'schema is invalid: data.type');
  throws('an unknown format', () => new Ajv().compile({ format: 'x' }), 'unknown format');
  done();
}
