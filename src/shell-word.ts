/**
 * A word of a command that is offered for copying, quoted for a POSIX shell (IEEE 1003.1 section 2.2.2) where it is not
 * plain: a server may have named it.
 */
export function shellWord(word: string): string {
  return /^[\w.,:/@%+=-]+$/.test(word) ? word : shellQuoted(word);
}

/** The word in single quotes, which leave nothing to a shell. */
export function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
