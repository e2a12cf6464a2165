/** What a consumer may do for a person, by the name that Bitbucket gives it. */
export const permissionMeanings = {
  account: 'Read who you are',
  repository: 'Read your repositories and their branches',
} as const;

export type Permission = keyof typeof permissionMeanings;
