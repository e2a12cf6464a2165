import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longestAge, showDate } from '../../../src/cli/output/age.ts';

const nowMs = Date.UTC(2026, 10, 24, 12);

const ages: readonly (readonly [isoDate: string, age: string])[] = [
  ['2026-11-24T12:00:00Z', 'just now'],
  ['2026-11-24T12:00:30Z', 'just now'],
  ['2026-11-24T11:59:01Z', 'just now'],
  ['2026-11-24T11:59:00Z', '1 minute ago'],
  ['2026-11-24T11:00:01Z', '59 minutes ago'],
  ['2026-11-24T11:00:00Z', '1 hour ago'],
  ['2026-11-23T12:00:01Z', '23 hours ago'],
  ['2026-11-23T12:00:00Z', '1 day ago'],
  ['2026-11-21T12:00:00Z', '3 days ago'],
  ['2026-11-10T12:00:00Z', '2 weeks ago'],
  ['2026-10-25T12:00:00Z', '1 month ago'],
  ['2025-11-24T12:00:01Z', '12 months ago'],
  ['2025-11-24T12:00:00Z', '1 year ago'],
  ['2005-04-07T22:13:13Z', '21 years ago'],
  ['2026-11-24T12:01:01Z', '2026-11-24'],
  ['2030-01-01T00:00:00Z', '2030-01-01'],
];

for (const [isoDate, age] of ages) {
  test(`${isoDate} is shown as ${age} to a person, and as its date in a file`, () => {
    assert.equal(showDate(isoDate, { isTerminal: true, nowMs }), age);
    assert.ok(age.length <= longestAge, 'a table cuts no age');
    assert.equal(showDate(isoDate, { isTerminal: false, nowMs }), isoDate.slice(0, 10));
  });
}

test('a date that the host does not tell stays empty', () => {
  assert.equal(showDate('', { isTerminal: true, nowMs }), '');
});
