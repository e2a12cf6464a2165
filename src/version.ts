/** Put in by the build from package.json; the sources run unbundled in tests. */
declare const BITBRANCH_VERSION: string | undefined;

export const version = typeof BITBRANCH_VERSION === 'string' ? BITBRANCH_VERSION : '0.0.0-source';
