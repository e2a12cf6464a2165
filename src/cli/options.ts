import type { Context, Environment } from '../context.ts';
import {
  type CredentialStore,
  type StoreName,
  storeNames,
} from '../credentials/credential-store.ts';
import { BitbranchError } from '../errors.ts';
import type { Arguments } from './arguments.ts';
import { parseDurationMs } from './duration.ts';
import { allFlags, type Flag, type FlagName } from './flags.ts';
import { parseFields, suggest } from './output/fields.ts';

/** A flag's value, else the first of its environment variables that is set and not empty. */
export function option(args: Arguments, env: Environment, name: FlagName): string | undefined {
  const flag: Flag = allFlags[name];
  return (
    args.value(name) ?? flag.environment?.map((variable) => env[variable]).find((value) => value)
  );
}

/** @throws {BitbranchError} `usage` when the value is none of the choices */
export function choice<T extends string>(
  args: Arguments,
  env: Environment,
  name: FlagName,
  choices: readonly T[],
): T | undefined {
  const value = option(args, env, name);
  return value === undefined ? undefined : oneOf(name, choices, value);
}

/** @throws {BitbranchError} `usage` when the value is none of the choices */
export function oneOf<T extends string>(name: FlagName, choices: readonly T[], value: string): T {
  const chosen = choices.find((candidate) => candidate === value);
  if (chosen === undefined) {
    throw new BitbranchError('usage', `"${value}" is no value for --${name}.`, {
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
  const text = option(args, env, name);
  if (text === undefined) return undefined;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= bounds.minimum && number <= bounds.maximum)) {
    throw new BitbranchError(
      'usage',
      `--${name} ${text} is not a number from ${bounds.minimum} to ${bounds.maximum}.`,
      {
        hint: `Give --${name} a whole number.`,
      },
    );
  }
  return number;
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
  return parseDurationMs('max-wait', args.value('max-wait') ?? '30s');
}

/** The path of the redirect URI. */
export function callbackPath(args: Arguments): string {
  return args.value('callback-path') ?? '/callback';
}

/** The store that new secrets go to: never another one than was asked for. */
export function chosenStore(
  args: Arguments,
  { env, storeNamed }: Context,
  remembered: StoreName = 'keychain',
): CredentialStore {
  return storeNamed(choice(args, env, 'store', storeNames) ?? remembered);
}
