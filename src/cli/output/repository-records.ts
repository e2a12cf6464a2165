import { type RepositoryField, repositoryFields } from '../../bitbucket/repository-listing.ts';
import { showDate } from './age.ts';
import type { RecordType } from './records.ts';

export const repositoryRecords: RecordType<RepositoryField> = {
  fields: repositoryFields,
  shortFields: ['repository', 'private', 'updated', 'description'],
  groupField: 'repository',
  nameField: 'repository',
  linkField: 'url',
  columnHints: {
    repository: { leastWidth: 1 },
    updated: { leastWidth: 10, show: showDate },
  },
  markField: null,
  noneSentence: 'There are no such repositories.',
};
