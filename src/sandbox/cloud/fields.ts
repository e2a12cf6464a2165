/** What kind of value a field holds; `date` is ISO 8601 text that is compared as a moment. */
export type FieldKind = 'string' | 'number' | 'boolean' | 'date';

/** The dotted paths that `q` and `sort` may name in a collection. */
export type QueryableFields = Readonly<Record<string, FieldKind>>;

export type Comparable = string | number | boolean;

/** Reads a queryable field in the form in which it is compared; null where the item has no such value. */
export function fieldReader(path: string, kind: FieldKind): (item: unknown) => Comparable | null {
  const names = path.split('.');
  return (item) => {
    const value = names.reduce(property, item);
    if (typeof value === 'string') return kind === 'date' ? Date.parse(value) : value;
    return typeof value === 'number' || typeof value === 'boolean' ? value : null;
  };
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
