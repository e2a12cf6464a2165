import { uuidFrom } from './repositories/repository.ts';

/** The one person who has an account here, and who signs in whenever the consent page is shown. */
export const account = {
  username: 'maria',
  displayName: 'María Gómez',
  email: 'maria@example.com',
  uuid: uuidFrom('account maria'),
  accountId: '557058:5f0c2b1e-7a44-4b0e-9a51-3c1d2e4f6a7b',
  createdOn: '2019-03-01T08:30:00.000000+00:00',
} as const;
