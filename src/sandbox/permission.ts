/** What a consumer may do for a person, by the name that Cloud gives it. */
export const permissionMeanings = {
  account: 'Read who you are',
  repository: 'Read your repositories and their branches',
  'repository:write': 'Push to your repositories',
} as const;

export type Permission = keyof typeof permissionMeanings;

export function meaningsOf(permissions: readonly Permission[]): string[] {
  return permissions.map((permission) => permissionMeanings[permission]);
}
