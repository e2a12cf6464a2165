import { type BranchField, branchFields } from '../../bitbucket/branch.ts';
import { longestAge, showDate } from './age.ts';
import type { RecordType } from './records.ts';

export const branchRecords: RecordType<BranchField> = {
  fields: branchFields,
  shortFields: ['name', 'hash', 'date', 'author'],
  groupField: 'repository',
  nameField: 'name',
  linkField: 'url',
  columnHints: {
    name: { goodWidth: 32, leastWidth: 1 },
    hash: { leastWidth: 7, show: (hash) => hash.slice(0, 12) },
    date: { leastWidth: longestAge, show: showDate },
    author: { goodWidth: 8, leastWidth: 4 },
  },
  markField: 'default',
  noneSentence: 'There are no such branches.',
};
