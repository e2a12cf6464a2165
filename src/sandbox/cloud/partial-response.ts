/** A tree of field names; `true` stands for everything below. */
interface FieldTree extends ReadonlyMap<string, FieldTree | true> {}

/**
 * Bitbucket's `fields`: `a.b` keeps what is named, `-a.b` leaves it out, `+a.b` adds to what is kept. Lists are walked through, names that
 * lead nowhere do nothing. Everything is kept when nothing is named to keep: the sandbox has no field that is hidden by default.
 */
export function partialResponse(answer: unknown, fields: string): unknown {
  const entries = fields.split(',').filter((entry) => entry !== '');
  const kept = entries.filter((entry) => !/^[-+]/.test(entry));
  const added = entries.filter((entry) => entry.startsWith('+')).map((entry) => entry.slice(1));
  const removed = entries.filter((entry) => entry.startsWith('-')).map((entry) => entry.slice(1));
  const narrowed = kept.length === 0 ? answer : keep(answer, fieldTree([...kept, ...added]));
  return removed.length === 0 ? narrowed : remove(narrowed, fieldTree(removed));
}

function fieldTree(paths: readonly string[]): FieldTree {
  const byFirstName = new Map<string, string[]>();
  for (const path of paths) {
    const [first = '', ...rest] = path.split('.');
    byFirstName.set(first, [...(byFirstName.get(first) ?? []), rest.join('.')]);
  }
  return new Map(
    [...byFirstName].map(([name, rests]) => [name, rests.includes('') ? true : fieldTree(rests)]),
  );
}

function keep(value: unknown, tree: FieldTree): unknown {
  return mapEntries(value, ([name, inner]) => {
    const below = tree.get(name);
    if (below === undefined) return [];
    return [[name, below === true ? inner : keep(inner, below)]];
  });
}

function remove(value: unknown, tree: FieldTree): unknown {
  return mapEntries(value, ([name, inner]) => {
    const below = tree.get(name);
    if (below === true) return [];
    return [[name, below === undefined ? inner : remove(inner, below)]];
  });
}

/** The entries of an object changed, in a list those of every item; other values stay as they are. */
function mapEntries(
  value: unknown,
  change: (entry: [string, unknown]) => [string, unknown][],
): unknown {
  if (Array.isArray(value)) return value.map((item) => mapEntries(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(change));
}
