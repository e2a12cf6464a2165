import { BitbranchError } from '../errors.ts';
import { type CommandName, commands, isCommandName } from './commands.ts';
import { commandFlags, type Flag, globalFlags } from './flags.ts';
import { columns, section } from './help-layout.ts';
import { topics } from './help-topics.ts';
import { didYouMean } from './suggestion.ts';

/**
 * What `bitbranch help [SUBJECT]` prints; without a subject, the overview.
 * @throws {BitbranchError} `usage` for an unknown subject
 */
export function helpText(subject: string | undefined): string {
  if (subject === undefined || subject === 'help') return overview();
  if (isCommandName(subject)) return commandHelp(subject);
  const topic = Object.hasOwn(topics, subject) ? topics[subject] : undefined;
  if (topic !== undefined) return topic();
  throw new BitbranchError('usage', `There is no help on "${subject}".`, {
    hint:
      didYouMean(subject, [...Object.keys(commands), ...Object.keys(topics)]) ??
      'See bitbranch --help.',
  });
}

function overview(): string {
  const summaries = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  return [
    'Sign in to Bitbucket with one command, and list branches.\n',
    section('Usage', ['bitbranch COMMAND [FLAGS]']),
    section('Commands', columns(summaries)),
    section('Flags of every command', columns(flagRows(globalFlags))),
    section('More', [
      'bitbranch help COMMAND',
      ...Object.keys(topics).map((topic) => `bitbranch help ${topic}`),
    ]),
  ].join('\n');
}

function commandHelp(name: CommandName): string {
  const { summary, flags, examples } = commands[name];
  const own = Object.fromEntries(flags.map((flag) => [flag, commandFlags[flag]]));
  return [
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.\n`,
    section('Usage', [`${usage(name)} [FLAGS]`]),
    ...(flags.length === 0 ? [] : [section('Flags', columns(flagRows(own)))]),
    section('Flags of every command', columns(flagRows(globalFlags))),
    section('Examples', examples),
  ].join('\n');
}

/** The command with its operands. */
export function usage(name: CommandName): string {
  const { operands } = commands[name];
  return `bitbranch ${name}${operands === '' ? '' : ` ${operands}`}`;
}

/** Every flag as it is typed, with its meaning. */
export function flagRows(flags: Readonly<Record<string, Flag>>): (readonly [string, string])[] {
  return Object.entries(flags).map(([name, flag]) => [typed(name, flag), meaning(flag)]);
}

function typed(name: string, { short, value, valueIsOptional }: Flag): string {
  const shown = value === undefined ? '' : valueIsOptional ? `[=${value}]` : ` ${value}`;
  return `${short === undefined ? '' : `-${short}, `}--${name}${shown}`;
}

function meaning({ summary, repeatable, environment }: Flag): string {
  const again = repeatable ? ' (may be given several times)' : '';
  const from = environment === undefined ? '' : ` [${environment.join(', ')}]`;
  return `${summary}${again}${from}`;
}
