import { withoutUserInfo } from '../bitbucket/user-info.ts';
import { BitbranchError } from '../errors.ts';
import { type CommandName, commands, isCommandName } from './commands.ts';
import { commandFlags, type Flag, globalFlags } from './flags.ts';
import { type HelpLayout, helpLayout } from './help-layout.ts';
import { topics } from './help-topics.ts';
import { didYouMean } from './suggestion.ts';

/**
 * What `bitbranch help [SUBJECT]` prints where a line may take so many columns; without a subject, the overview.
 * @throws {BitbranchError} `usage` for an unknown subject
 */
export function helpText(
  subject: string | undefined,
  room: number = Number.POSITIVE_INFINITY,
): string {
  const layout = helpLayout(room);
  if (subject === undefined || subject === 'help') return overview(layout);
  if (isCommandName(subject)) return commandHelp(subject, layout);
  const topic = Object.hasOwn(topics, subject) ? topics[subject] : undefined;
  if (topic !== undefined) return topic(layout);
  throw new BitbranchError('usage', `There is no help on "${withoutUserInfo(subject)}".`, {
    hint:
      didYouMean(subject, [...Object.keys(commands), ...Object.keys(topics)]) ??
      'See: bitbranch --help',
  });
}

const firstSteps = [
  ['bitbranch login', 'sign in to bitbucket.org; the first time it tells what to register there'],
  ['bitbranch branches WORKSPACE/SLUG', 'list the branches of a repository'],
  ['bitbranch sandbox', 'try both without an account, with a Bitbucket on this machine'],
] as const;

function overview({ paragraph, section, rows }: HelpLayout): string {
  const summaries = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  return [
    paragraph('Sign in to Bitbucket with one command, and list branches.'),
    section('Usage', ['bitbranch COMMAND [FLAGS]']),
    section('First steps', rows(firstSteps)),
    section('Commands', rows(summaries)),
    section('Flags of every command', rows(flagRows(globalFlags))),
    section('More', [
      'bitbranch help COMMAND',
      ...Object.keys(topics).map((topic) => `bitbranch help ${topic}`),
    ]),
  ].join('\n');
}

function commandHelp(name: CommandName, { paragraph, section, rows }: HelpLayout): string {
  const { summary, flags, examples } = commands[name];
  const own = Object.fromEntries(flags.map((flag) => [flag, commandFlags[flag]]));
  return [
    paragraph(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`),
    section('Usage', [`${usage(name)} [FLAGS]`]),
    ...(flags.length === 0 ? [] : [section('Flags', rows(flagRows(own)))]),
    section('Flags of every command', rows(flagRows(globalFlags))),
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
