/** What is counted, in the singular and the plural. */
export type Noun = readonly [one: string, several: string];

/** `1 branch`, `2,000 branches`. */
export function counted(count: number, [one, several]: Noun): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : several}`;
}
