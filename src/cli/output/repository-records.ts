import { type RepositoryField, repositoryFields } from '../../bitbucket/repository-listing.ts';
import { longestAge, showDate } from './age.ts';
import type { RecordType } from './records.ts';

export const repositoryRecords: RecordType<RepositoryField> = {
  fields: repositoryFields,
  shortFields: ['repository', 'private', 'updated', 'description'],
  groupField: 'repository',
  nameField: 'repository',
  linkField: 'url',
  columnHints: {
    repository: { goodWidth: 32, leastWidth: 1 },
    updated: { leastWidth: longestAge, show: showDate },
    description: { goodWidth: 12, leastWidth: 4 },
  },
  markField: null,
  noneSentence: 'There are no such repositories.',
};
