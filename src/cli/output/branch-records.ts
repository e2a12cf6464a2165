import { type BranchField, branchFields } from '../../bitbucket/branch.ts';
import type { RecordType } from './records.ts';

export const branchRecords: RecordType<BranchField> = {
  fields: branchFields,
  tsvFields: ['name', 'hash', 'date', 'author'],
  nameField: 'name',
  tableFields: ['name', 'hash', 'date', 'author'],
  columnHints: {
    name: { leastWidth: 1 },
    hash: { leastWidth: 7, abbreviate: (hash) => hash.slice(0, 12) },
    date: { leastWidth: 10, abbreviate: (date) => date.slice(0, 'yyyy-mm-dd'.length) },
  },
  markField: 'default',
  noneSentence: 'The repository has no branches.',
};
