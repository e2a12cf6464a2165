import { branchFields } from '../../bitbucket/branch.ts';
import { repositoryFields } from '../../bitbucket/repository-listing.ts';
import { shownFields } from '../commands/consumer.ts';
import { statusFields } from '../commands/status.ts';
import { type CommandName, commands, isCommandName } from '../commands.ts';
import { reportFields } from '../doctor/report.ts';
import { allFlags, type Flag, type FlagName, globalFlags } from '../flags.ts';
import { signInFields } from '../sign-in/report.ts';
import { flagValues, operandValues, type Values } from './values.ts';

/** A flag as the scripts know it. */
export interface FlagWord {
  /** `--host` */
  readonly long: string;
  /** `-h` */
  readonly short: string | null;
  readonly summary: string;
  /** Null for a switch. */
  readonly values: Values | null;
  /** The value has to be joined with `=`. */
  readonly valueIsOptional: boolean;
  readonly repeatable: boolean;
}

export interface CommandWord {
  readonly name: CommandName;
  readonly summary: string;
  /** Flags besides the global ones. */
  readonly flags: readonly FlagWord[];
  readonly operands: Values | null;
  readonly maxOperands: number;
  /** What `--json=` takes, in the order in which it is printed. */
  readonly fields: readonly string[];
}

/** Everything that a completion script knows without asking. */
export interface Vocabulary {
  readonly commands: readonly CommandWord[];
  readonly globalFlags: readonly FlagWord[];
}

const fieldsOf: Partial<Record<CommandName, readonly string[]>> = {
  login: signInFields,
  status: statusFields,
  branches: branchFields,
  repos: repositoryFields,
  consumer: shownFields,
  doctor: reportFields,
};

/** The tables of commands and flags, as the scripts need them. */
export function vocabulary(): Vocabulary {
  return {
    commands: Object.keys(commands).filter(isCommandName).map(commandWord),
    globalFlags: flagNames(globalFlags).map((flag) => flagWord(flag, null)),
  };
}

/** Flags whose value is the next word of the command line, whichever command they belong to. */
export function flagsBeforeValues({ commands, globalFlags }: Vocabulary): string[] {
  const flags = [...globalFlags, ...commands.flatMap(({ flags }) => flags)];
  const beforeValues = flags.filter(({ values, valueIsOptional }) => values && !valueIsOptional);
  return [...new Set(beforeValues.map(({ long }) => long))];
}

/** What may stand after a flag; the command is null for a global one. */
export type FlagValues = readonly [command: CommandName | null, flag: string, values: Values];

/** What may stand after each flag of each command, the global ones first. */
export function valuesOfFlags({ commands, globalFlags }: Vocabulary): FlagValues[] {
  const rows = (command: CommandName | null, flags: readonly FlagWord[]) =>
    flags.flatMap(({ long, values }): FlagValues[] => (values ? [[command, long, values]] : []));
  return [...rows(null, globalFlags), ...commands.flatMap(({ name, flags }) => rows(name, flags))];
}

function commandWord(name: CommandName): CommandWord {
  const { summary, flags, maxOperands } = commands[name];
  return {
    name,
    summary,
    flags: flags.map((flag) => flagWord(flag, name)),
    operands: operandValues(name),
    maxOperands,
    fields: fieldsOf[name] ?? [],
  };
}

function flagWord(name: FlagName, command: CommandName | null): FlagWord {
  const flag: Flag = allFlags[name];
  return {
    long: `--${name}`,
    short: flag.short === undefined ? null : `-${flag.short}`,
    summary: flag.summary,
    values: flag.value === undefined ? null : flagValues(name, flag.value, command),
    valueIsOptional: flag.valueIsOptional ?? false,
    repeatable: flag.repeatable ?? false,
  };
}

function flagNames(flags: Readonly<Partial<Record<FlagName, Flag>>>): FlagName[] {
  return Object.keys(flags).filter((name): name is FlagName => Object.hasOwn(allFlags, name));
}
