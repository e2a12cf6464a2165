import { BitbranchError } from '../errors.ts';

/** Keys that lead from a JSON document to a value inside it. */
export type JsonPath = readonly string[];

/** The string at the path; null where it, or something on the way to it, is missing or null. */
export function stringAt(document: unknown, path: JsonPath): string | null {
  const value = valueAt(document, path);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw unexpectedValue(path, value, 'a string');
  return value;
}

export function requiredStringAt(document: unknown, path: JsonPath): string {
  const value = stringAt(document, path);
  if (value === null) throw unexpectedValue(path, value, 'a string');
  return value;
}

/** The whole number at the path; null where it, or something on the way to it, is missing or null. */
export function integerAt(document: unknown, path: JsonPath): number | null {
  const value = valueAt(document, path);
  if (value === undefined || value === null) return null;
  if (!Number.isSafeInteger(value)) throw unexpectedValue(path, value, 'a whole number');
  return Number(value);
}

/** The boolean at the path; null where it, or something on the way to it, is missing or null. */
export function booleanAt(document: unknown, path: JsonPath): boolean | null {
  const value = valueAt(document, path);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'boolean') throw unexpectedValue(path, value, 'true or false');
  return value;
}

export function requiredListAt(document: unknown, path: JsonPath): readonly unknown[] {
  const value = valueAt(document, path);
  if (!Array.isArray(value)) throw unexpectedValue(path, value, 'a list');
  return value;
}

/** @returns a BitbranchError of code `server` that names the value which broke the expectation. */
export function unexpectedValue(path: JsonPath, value: unknown, expected: string): BitbranchError {
  return new BitbranchError(
    'server',
    `The host's answer is not understood: "${path.join('.')}" is ${typeName(value)} where ${expected} belongs.`,
    {
      hint: 'Run the command again with --verbose to see what was asked, and check that the host is a Bitbucket.',
    },
  );
}

function valueAt(document: unknown, path: JsonPath): unknown {
  let value = document;
  for (let depth = 0; depth < path.length; depth += 1) {
    if (value === undefined || value === null) return value;
    if (!isObject(value)) throw unexpectedValue(path.slice(0, depth), value, 'an object');
    value = value[path[depth] ?? ''];
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  if (value === undefined || value === null) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
