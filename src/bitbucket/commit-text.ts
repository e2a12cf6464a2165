/** ISO 8601, UTC, whole seconds; `timeMs` is a time that Date can hold. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, -'.000Z'.length)}Z`;
}

/** The first line of a commit message that says something. */
export function firstLine(message: string): string {
  const [line = ''] = /^[^\r\n]*/.exec(message.trimStart()) ?? [];
  return line.trimEnd();
}
