import { parseArgs } from 'node:util';
import { branchFields } from '../bitbucket/branch.ts';
import { repositoryFields } from '../bitbucket/repository-listing.ts';
import { withoutUserInfo } from '../bitbucket/user-info.ts';
import { BitbranchError } from '../errors.ts';
import { type CommandName, commands, isCommandName } from './commands.ts';
import { allFlags, type Flag, type FlagName, globalFlags } from './flags.ts';
import { didYouMean } from './suggestion.ts';

/** What a person typed, taken apart and checked against the tables of commands and flags. */
export interface Arguments {
  readonly command: CommandName;
  readonly operands: readonly string[];
  /** True when the switch, or a flag with an optional value, was given. */
  has(flag: FlagName): boolean;
  /** The value given last; undefined where there was none. */
  value(flag: FlagName): string | undefined;
  /** Every value given, in order. */
  values(flag: FlagName): readonly string[];
}

const parserOptions = Object.fromEntries(
  Object.entries(allFlags).map(([name, flag]) => [
    name,
    {
      type:
        flag.value === undefined || flag.valueIsOptional
          ? ('boolean' as const)
          : ('string' as const),
      ...(flag.short === undefined ? {} : { short: flag.short }),
    },
  ]),
);

/**
 * Takes argv (without node and script) apart. Flags may stand before the command, before or after operands; `--` ends them.
 * @throws {BitbranchError} `usage`
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const cutWord = argv.find((word) => !word.isWellFormed());
  if (cutWord !== undefined) throw halfCharacter(cutWord);
  const given = new Map<FlagName, (string | undefined)[]>();
  const words: string[] = [];
  // Not strict: its own messages know neither our flags with optional values nor what was probably meant.
  const { tokens } = parseArgs({
    args: [...argv],
    options: parserOptions,
    strict: false,
    tokens: true,
  });
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'positional') continue;
    const before = tokens[index - 1];
    const isBehindJson = before?.kind === 'option' && before.name === 'json' && !before.value;
    if (isBehindJson && isFieldList(token.value, words[0])) throw fieldsApart(token.value);
    words.push(token.value);
  }
  for (const token of tokens) if (token.kind === 'option') addFlag(given, token, words[0]);
  const [commandWord, ...operands] = words;
  const command = commandNamed(commandWord);
  const args: Arguments = {
    command,
    operands,
    has: (flag) => given.has(flag),
    value: (flag) => given.get(flag)?.findLast((value) => value !== undefined),
    values: (flag) => (given.get(flag) ?? []).filter((value) => value !== undefined),
  };
  if (args.has('help'))
    return { ...args, command: 'help', operands: commandWord === undefined ? [] : [command] };
  checkFlagsOf(command, given.keys());
  checkOperandCount(command, operands);
  return args;
}

/** Half a surrogate pair has no UTF-8, in which everything is sent. */
function halfCharacter(word: string): BitbranchError {
  const shown = withoutUserInfo(word.toWellFormed());
  return new BitbranchError('usage', `"${shown}" holds half of a character.`, {
    hint: 'Type it, or copy it whole.',
  });
}

/** No command takes an operand with commas; one without is a field where the list has such a field. */
function isFieldList(word: string, commandWord: string | undefined): boolean {
  const isField = commandWord !== undefined && (listFields.get(commandWord)?.has(word) ?? false);
  return isField || /^[a-z]+(?:,[a-z]+)+$/i.test(word);
}

const listFields: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['branches', new Set<string>(branchFields)],
  ['repos', new Set<string>(repositoryFields)],
]);

/** Other programs take the fields of `--json` as a word of its own. */
function fieldsApart(fields: string): BitbranchError {
  return new BitbranchError('usage', `The fields "${fields}" do not belong to --json.`, {
    hint: `Join them: --json=${fields}`,
  });
}

interface FlagToken {
  readonly name: string;
  /** As it was typed: `--host` or `-h`. */
  readonly rawName: string;
  readonly value?: string | undefined;
  /** The value was joined with `=`. */
  readonly inlineValue?: boolean | undefined;
}

function addFlag(
  given: Map<FlagName, (string | undefined)[]>,
  { name, rawName, value, inlineValue }: FlagToken,
  commandWord: string | undefined,
): void {
  if (!isFlagName(name)) {
    const candidates = flagsFor(commandWord).map((flag) => `--${flag}`);
    throw new BitbranchError('usage', `There is no flag ${rawName}.`, {
      hint: didYouMean(rawName, candidates) ?? 'See: bitbranch --help',
    });
  }
  const flag: Flag = allFlags[name];
  if (flag.value === undefined && value !== undefined) {
    throw new BitbranchError('usage', `--${name} takes no value.`, {
      hint: `Write just --${name}.`,
    });
  }
  if (flag.value !== undefined && !flag.valueIsOptional && !isValue(flag, value, inlineValue)) {
    throw new BitbranchError('usage', `--${name} needs a value.`, {
      hint: `Write --${name} ${flag.value}; a value that begins with a hyphen is joined: --${name}=VALUE.`,
    });
  }
  const before = given.get(name) ?? [];
  if (flag.selects && before.length > 0) {
    throw new BitbranchError('usage', `--${name} is given more than once.`, {
      hint: 'Leave all but one of them out.',
    });
  }
  given.set(name, [...before, value]);
}

/** What looks like the next flag is more likely one than a value. */
function isValue(
  { takesHyphen }: Flag,
  text: string | undefined,
  isJoined: boolean | undefined,
): boolean {
  if (text === undefined || text === '') return false;
  if (isJoined) return true;
  return takesHyphen ? !text.startsWith('--') : !/^-./.test(text);
}

function isFlagName(name: string): name is FlagName {
  return Object.hasOwn(allFlags, name);
}

function commandNamed(word: string | undefined): CommandName {
  if (word === undefined) return 'help';
  if (isCommandName(word)) return word;
  throw new BitbranchError('usage', `There is no command "${withoutUserInfo(word)}".`, {
    hint: didYouMean(word, Object.keys(commands)) ?? 'See: bitbranch --help',
  });
}

/** Every flag that a command accepts; where the word is no command, every flag that there is. */
function flagsFor(commandWord: string | undefined): readonly string[] {
  return commandWord !== undefined && isCommandName(commandWord)
    ? [...Object.keys(globalFlags), ...commands[commandWord].flags]
    : Object.keys(allFlags);
}

function checkFlagsOf(command: CommandName, given: Iterable<FlagName>): void {
  const accepted = flagsFor(command);
  for (const name of given) {
    if (accepted.includes(name)) continue;
    throw new BitbranchError('usage', `bitbranch ${command} has no flag --${name}.`, {
      hint: `See: bitbranch ${command} --help`,
    });
  }
}

function checkOperandCount(command: CommandName, operands: readonly string[]): void {
  const { maxOperands } = commands[command];
  if (operands.length <= maxOperands) return;
  // What is typed behind login is likely the token or the password.
  const extra =
    command === 'login' ? 'an operand' : `"${withoutUserInfo(operands[maxOperands] ?? '')}"`;
  throw new BitbranchError('usage', `bitbranch ${command} does not take ${extra}.`, {
    hint: `See: bitbranch ${command} --help`,
  });
}
