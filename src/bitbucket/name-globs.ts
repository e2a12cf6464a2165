import { BitbranchError } from '../errors.ts';

/**
 * Tells by its name whether a branch or repository is wanted. `*` and `?` stay within a segment of the name, `**` as a segment stands for
 * any number of them, `[…]` and `{…,…}` are as in a shell, case counts. A leading `!` takes out what the rest matches. The
 * last glob that matches decides; one that none matches is wanted if the first glob takes out.
 * @throws {BitbranchError} `usage` for a glob that is empty or longer than anyone needs.
 */
export async function nameTest(globs: readonly string[]): Promise<(name: string) => boolean> {
  const unusable = globs.find((glob) => !/^!?[^!]/.test(glob) || glob.length > longestGlob);
  if (unusable !== undefined) {
    throw new BitbranchError('usage', `--match can't use "${unusable.slice(0, 80)}".`, {
      hint: "Give a glob such as 'feature/*' or '**/*-fix'; '!' before it takes names out.",
    });
  }
  const { Minimatch } = await import('minimatch');
  const rules = globs.map((glob) => ({
    wants: !isNegated(glob),
    glob: new Minimatch(glob.replace(/^!/, ''), {
      dot: true,
      nocomment: true,
      noext: true,
      nonegate: true,
      optimizationLevel: 0,
      platform: 'linux',
    }),
  }));
  rules.reverse();
  const otherwise = startsWithAll(globs);
  return (name) => rules.find(({ glob }) => glob.match(name))?.wants ?? otherwise;
}

/**
 * Parts of names such that each wanted name has one of them in it: what a server that knows no globs can look for.
 * Null where there are none. They are ASCII, so that looking for them in either case finds at least what is wanted.
 */
export function namePartsWanted(globs: readonly string[]): readonly string[] | null {
  if (startsWithAll(globs)) return null;
  const parts = globs.filter((glob) => !isNegated(glob)).map(longestLiteral);
  return parts.includes('') ? null : [...new Set(parts)];
}

/** One such part that every wanted name has, for a server that looks for no more than one. */
export function namePartWanted(globs: readonly string[]): string | null {
  const [part, ...others] = namePartsWanted(globs) ?? [];
  return part === undefined || others.length > 0 ? null : part;
}

/** The shell of a POSIX system allows no longer ones either. */
const longestGlob = 4096;

function isNegated(glob: string): boolean {
  return glob.startsWith('!');
}

function startsWithAll([first = '!']: readonly string[]): boolean {
  return isNegated(first);
}

/**
 * The longest text that is in everything that the glob matches, among those that are easily seen: what follows an escape, a
 * class or a choice is not looked at, nor is a leading slash, since `**` before it may stand for nothing.
 */
function longestLiteral(glob: string): string {
  const [simple = ''] = glob.split(/[\\[{]/, 1);
  const literals = simple.split(/\/{2,}|[^\w./-]+/).map((literal) => literal.replace(/^\//, ''));
  return literals.reduce((longest, each) => (each.length > longest.length ? each : longest), '');
}
