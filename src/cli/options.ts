import { withoutUserInfo } from '../bitbucket/user-info.ts';
import type { Context, Environment } from '../context.ts';
import {
  type CredentialStore,
  type StoreName,
  storeNames,
} from '../credentials/credential-store.ts';
import { BitbranchError } from '../errors.ts';
import type { Arguments } from './arguments.ts';
import { parseDurationMs } from './duration.ts';
import { allFlags, defaults, type Flag, type FlagName } from './flags.ts';
import { parseFields, suggest } from './output/fields.ts';

/** A value and where it was given: `--kind` or `BITBRANCH_KIND`, so that an error blames what has to be changed. */
interface Given {
  readonly value: string;
  readonly source: string;
}

function given(args: Arguments, env: Environment, name: FlagName): Given | undefined {
  const value = args.value(name);
  if (value !== undefined) return { value, source: `--${name}` };
  const flag: Flag = allFlags[name];
  for (const variable of flag.environment ?? []) {
    const set = env[variable];
    if (set) return { value: set, source: variable };
  }
  return undefined;
}

/** A flag's value, else the first of its environment variables that is set and not empty. */
export function option(args: Arguments, env: Environment, name: FlagName): string | undefined {
  return given(args, env, name)?.value;
}

/** @throws {BitbranchError} `usage` when the value is none of the choices */
export function choice<T extends string>(
  args: Arguments,
  env: Environment,
  name: FlagName,
  choices: readonly T[],
): T | undefined {
  const wanted = given(args, env, name);
  return wanted && oneOf(wanted.source, choices, wanted.value);
}

/**
 * @param source where the value was given
 * @throws {BitbranchError} `usage` when the value is none of the choices
 */
export function oneOf<T extends string>(source: string, choices: readonly T[], value: string): T {
  const chosen = choices.find((candidate) => candidate === value);
  if (chosen === undefined) {
    throw new BitbranchError('usage', `"${withoutUserInfo(value)}" is no value for ${source}.`, {
      hint: suggest(value, choices, 'Its values are'),
    });
  }
  return chosen;
}

/** @throws {BitbranchError} `usage` when the value is no whole number within the bounds */
export function wholeNumber(
  args: Arguments,
  env: Environment,
  name: FlagName,
  bounds: { minimum: number; maximum: number },
): number | undefined {
  const wanted = given(args, env, name);
  if (wanted === undefined) return undefined;
  const { value, source } = wanted;
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= bounds.minimum && number <= bounds.maximum)) {
    throw new BitbranchError('usage', `${source} ${value} is not a number ${rangeOf(bounds)}.`, {
      hint: `Give ${source} a whole number.`,
    });
  }
  return number;
}

function rangeOf({ minimum, maximum }: { minimum: number; maximum: number }): string {
  return maximum === Number.MAX_SAFE_INTEGER
    ? `of at least ${minimum}`
    : `from ${minimum} to ${maximum}`;
}

/**
 * The fields that `--json=FIELD,…` picks, else all of them.
 * @throws {BitbranchError} `usage` for a field that there is not
 */
export function jsonFields<Field extends string>(
  args: Arguments,
  known: readonly Field[],
): readonly Field[] {
  const list = args.value('json');
  return list === undefined ? known : parseFields(list, known);
}

/** How long retries and waits may take altogether, in milliseconds. */
export function maxWaitMs(args: Arguments): number {
  return parseDurationMs('max-wait', args.value('max-wait') ?? defaults.maxWait);
}

/** What a port may be; 0 lets the system choose. */
export const portBounds = { minimum: 0, maximum: 65_535 } as const;

/** The port of the redirect URI: as asked for, else as remembered. */
export function callbackPort(args: Arguments, env: Environment, remembered = 0): number {
  return wholeNumber(args, env, 'callback-port', portBounds) ?? remembered;
}

/** The path of the redirect URI. */
export function callbackPath(args: Arguments): string {
  return args.value('callback-path') ?? defaults.callbackPath;
}

/** What opens pages: nothing with `--no-browser`, the desktop's own browser without a command. */
export function chosenBrowser(args: Arguments, env: Environment): { command?: string } | null {
  if (args.has('no-browser')) return null;
  const command = option(args, env, 'browser');
  return command === undefined ? {} : { command };
}

/** The store that new secrets go to: never another one than was asked for. */
export function chosenStore(
  args: Arguments,
  { env, storeNamed }: Context,
  remembered: StoreName = 'keychain',
): CredentialStore {
  return storeNamed(choice(args, env, 'store', storeNames) ?? remembered);
}
