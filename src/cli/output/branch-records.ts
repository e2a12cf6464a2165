import { type BranchField, branchFields } from '../../bitbucket/branch.ts';
import { showDate } from './age.ts';
import type { RecordType } from './records.ts';

export const branchRecords: RecordType<BranchField> = {
  fields: branchFields,
  shortFields: ['name', 'hash', 'date', 'author'],
  groupField: 'repository',
  nameField: 'name',
  linkField: 'url',
  columnHints: {
    name: { leastWidth: 1 },
    hash: { leastWidth: 7, show: (hash) => hash.slice(0, 12) },
    date: { leastWidth: 10, show: showDate },
  },
  markField: 'default',
  noneSentence: 'There are no such branches.',
};
