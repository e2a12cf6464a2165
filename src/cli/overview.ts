import { helpText } from './help-text.ts';

/** What `bitbranch --help` prints. The build runs this file and puts the text in its place: it is asked for most. */
export const overview = helpText(undefined);
