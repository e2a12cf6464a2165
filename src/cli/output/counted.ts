/** What is counted, in the singular and the plural. */
export type Noun = readonly [one: string, several: string];

/** `1 branch`, `2 branches`. */
export function counted(count: number, [one, several]: Noun): string {
  return `${count} ${count === 1 ? one : several}`;
}
