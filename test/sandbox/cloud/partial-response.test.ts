import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { partialResponse } from '../../../src/sandbox/cloud/partial-response.ts';

const answer = {
  values: [
    { name: 'a', target: { hash: '1', date: 'd1' } },
    { name: 'b', target: null },
  ],
  next: 'http://next',
  size: 2,
};

describe('fields', () => {
  const table: [fields: string, partial: unknown][] = [
    ['next,size', { next: 'http://next', size: 2 }],
    ['values.name', { values: [{ name: 'a' }, { name: 'b' }] }],
    ['values.target.hash', { values: [{ target: { hash: '1' } }, { target: null }] }],
    ['values,values.name', { values: answer.values }],
    ['size,nope,values.nope,size.nope', { values: [{}, {}], size: 2 }],
    ['', answer],
    [',', answer],
    ['+values.name', answer],
    ['size,+next', { next: 'http://next', size: 2 }],
    ['-values', { next: 'http://next', size: 2 }],
    [
      '-values.target.hash,-next',
      { values: [{ name: 'a', target: { date: 'd1' } }, answer.values[1]], size: 2 },
    ],
    ['values,-values.target', { values: [{ name: 'a' }, { name: 'b' }] }],
    ['-nope,-size.nope', answer],
    ['__proto__,constructor', {}],
  ];
  for (const [fields, partial] of table) {
    test(`"${fields}"`, () => assert.deepEqual(partialResponse(answer, fields), partial));
  }
});
