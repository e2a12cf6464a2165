/** ISO 8601, UTC, whole seconds; `timeMs` is a time that Date can hold. */
export function isoSeconds(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The first line of a commit message that says something. */
export function firstLine(message: string): string {
  const [line = ''] = message.trimStart().split(/\r\n|[\r\n]/, 1);
  return line.trimEnd();
}
