import { ApiError } from '../api-error.ts';
import { type Comparable, type FieldKind, fieldReader, type QueryableFields } from './fields.ts';

export type Predicate = (item: unknown) => boolean;

interface Token {
  readonly kind: 'string' | 'word' | 'operator' | 'parenthesis';
  /** Of a string: its text without quotes and escapes. */
  readonly text: string;
}

const maxNesting = 50;

/**
 * Bitbucket's `q`: comparisons `field operator value`, joined by AND (which binds tighter) and OR, with parentheses.
 * @throws {ApiError} 400 for what is no such query.
 */
export function parseFilter(query: string, fields: QueryableFields): Predicate {
  const tokens = tokenize(query);
  let position = 0;

  function disjunction(nesting: number): Predicate {
    const alternatives = [conjunction(nesting)];
    while (takeWord('OR')) alternatives.push(conjunction(nesting));
    return (item) => alternatives.some((matches) => matches(item));
  }

  function conjunction(nesting: number): Predicate {
    const conditions = [condition(nesting)];
    while (takeWord('AND')) conditions.push(condition(nesting));
    return (item) => conditions.every((matches) => matches(item));
  }

  function condition(nesting: number): Predicate {
    const token = take();
    if (token?.kind === 'parenthesis' && token.text === '(') {
      if (nesting === maxNesting) throw invalid('the parentheses are nested too deeply');
      const inner = disjunction(nesting + 1);
      const closing = take();
      if (closing?.kind !== 'parenthesis' || closing.text !== ')')
        throw invalid('a ")" is missing');
      return inner;
    }
    if (token?.kind !== 'word') throw invalid('a field name is missing');
    const operator = take();
    if (operator?.kind !== 'operator') throw invalid(`an operator is missing after ${token.text}`);
    const literal = take();
    if (literal?.kind !== 'string' && literal?.kind !== 'word') {
      throw invalid(`a value is missing after ${operator.text}`);
    }
    return comparison(token.text, operator.text, literal, fields);
  }

  function take(): Token | undefined {
    const token = tokens[position];
    position += 1;
    return token;
  }

  function takeWord(word: string): boolean {
    const token = tokens[position];
    if (token?.kind !== 'word' || token.text.toUpperCase() !== word) return false;
    position += 1;
    return true;
  }

  const predicate = disjunction(0);
  if (position < tokens.length) throw invalid('there is more after its end');
  return predicate;
}

function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  const pattern =
    /\s*(?:"(?<string>(?:[^"\\]|\\["\\])*)"|(?<parenthesis>[()])|(?<operator>!=|!~|>=|<=|[=~<>])|(?<word>[^\s()"=!~<>]+))\s*/y;
  while (pattern.lastIndex < query.length) {
    const { string, parenthesis, operator, word } = pattern.exec(query)?.groups ?? {};
    if (string !== undefined) {
      tokens.push({ kind: 'string', text: string.replace(/\\(["\\])/g, '$1') });
    } else if (parenthesis !== undefined) tokens.push({ kind: 'parenthesis', text: parenthesis });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else
      throw invalid('it holds something that is neither a word, an operator nor a quoted string');
  }
  return tokens;
}

function comparison(
  path: string,
  operator: string,
  literal: Token,
  fields: QueryableFields,
): Predicate {
  const kind = Object.hasOwn(fields, path) ? fields[path] : undefined;
  if (kind === undefined) throw invalid(`there is no field ${path}`);
  const read = fieldReader(path, kind);
  const expected = literalValue(literal, kind);
  switch (operator) {
    case '=':
      return (item) => read(item) === expected;
    case '!=':
      return (item) => read(item) !== expected;
    case '~':
      return contains(read, expected, operator);
    case '!~': {
      const matches = contains(read, expected, operator);
      return (item) => !matches(item);
    }
    default:
      return ordered(read, operator, expected);
  }
}

function contains(
  read: (item: unknown) => Comparable | null,
  expected: Comparable | null,
  operator: string,
): Predicate {
  if (typeof expected !== 'string') throw invalid(`${operator} compares text only`);
  const part = expected.toLowerCase();
  return (item) => {
    const value = read(item);
    return typeof value === 'string' && value.toLowerCase().includes(part);
  };
}

function ordered(
  read: (item: unknown) => Comparable | null,
  operator: string,
  expected: Comparable | null,
): Predicate {
  if (expected === null || typeof expected === 'boolean') {
    throw invalid(`${operator} compares text, numbers and dates only`);
  }
  const holds = orders[operator];
  if (holds === undefined) throw invalid(`there is no operator ${operator}`);
  return (item) => {
    const value = read(item);
    return value !== null && holds(value, expected);
  };
}

const orders: Readonly<Record<string, (a: Comparable, b: Comparable) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};

function literalValue({ kind: token, text }: Token, kind: FieldKind): Comparable | null {
  const isQuoted = token === 'string';
  if (!isQuoted && text === 'null') return null;
  if (kind === 'string' && isQuoted) return text;
  if (kind === 'date' && !Number.isNaN(Date.parse(text))) return Date.parse(text);
  if (kind === 'number' && !isQuoted && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (kind === 'boolean' && !isQuoted && (text === 'true' || text === 'false'))
    return text === 'true';
  throw invalid(kind === 'string' ? 'text has to stand in double quotes' : `${text} is no ${kind}`);
}

function invalid(reason: string): ApiError {
  return new ApiError(400, `Invalid query: ${reason}.`);
}
