// The manual page bitbranch(1), from the program's own tables. See man(7) for its language.
import { commands, isCommandName } from '../src/cli/commands.ts';
import { commandFlags, globalFlags } from '../src/cli/flags.ts';
import { flagRows, helpText, usage } from '../src/cli/help-text.ts';
import { environmentRows, exitCodeRows } from '../src/cli/help-topics.ts';
import { version } from '../src/version.ts';

/** Without a date, so that the same sources always give the same page. */
export function manPage(): string {
  return [
    `.TH BITBRANCH 1 "" "bitbranch ${version}" "User Commands"`,
    '.SH NAME',
    'bitbranch \\- sign in to Bitbucket with one command, and list branches',
    '.SH SYNOPSIS',
    `.B bitbranch\n.I COMMAND\n[${text('FLAGS')}]`,
    '.SH COMMANDS',
    ...Object.keys(commands).filter(isCommandName).map(commandSection),
    '.SH FLAGS OF EVERY COMMAND',
    'They may stand before or after operands;\n.B \\-\\-\nends them.',
    ...flagRows(globalFlags).map(definition),
    '.SH ENVIRONMENT',
    ...environmentRows().map(definition),
    '.SH EXIT STATUS',
    'The name in brackets is the\n.B code\nof the error that\n.B \\-\\-json\nwrites to standard error.',
    ...exitCodeRows().map(definition),
    ...['formatting', 'hosts'].flatMap(topicSection),
    '.SH FILES',
    ...fileRows.map(definition),
    '.SH SEE ALSO',
    '.BR git (1),\n.BR gitcredentials (7)',
    '',
  ].join('\n');
}

function commandSection(name: keyof typeof commands): string {
  const { summary, flags, examples } = commands[name];
  const own = flagRows(Object.fromEntries(flags.map((flag) => [flag, commandFlags[flag]])));
  return [
    `.SS ${text(usage(name))}`,
    prose(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`),
    ...own.map(definition),
    '.PP',
    literal(examples),
  ].join('\n');
}

const fileRows = [
  [
    '~/.config/bitbranch/settings.json',
    'hosts, accounts, consumer keys and repositories seen; no secret. On macOS in ~/Library/Application Support/bitbranch, on Windows in %APPDATA%\\bitbranch; XDG_CONFIG_HOME names another place than ~/.config, BITBRANCH_CONFIG_DIR another directory',
  ],
  [
    '~/.config/bitbranch/credentials.encrypted',
    'what --store file keeps, encrypted with a passphrase',
  ],
] as const;

/** The text of `bitbranch help TOPIC`, whose titles stand without indentation. */
function topicSection(topic: string): string[] {
  const blocks = helpText(topic).trimEnd().split('\n\n');
  return [
    `.SH ${topic.toUpperCase()}`,
    ...blocks.map((block) => {
      const [title = '', ...lines] = block.split('\n');
      return `.SS ${text(title.replace(/:$/, ''))}\n${literal(lines.map((line) => line.trim()))}`;
    }),
  ];
}

function definition([term, meaning]: readonly [string, string]): string {
  return `.TP\n.B ${text(term)}\n${prose(meaning)}`;
}

/** Broken into short lines, as the sources of manual pages are; the pager fills them anew. */
function prose(paragraph: string): string {
  return paragraph
    .replace(/(.{1,60})( |$)/g, '$1\n')
    .trimEnd()
    .split('\n')
    .map(text)
    .join('\n');
}

function literal(lines: readonly string[]): string {
  return ['.RS 4', '.nf', ...lines.map(text), '.fi', '.RE'].join('\n');
}

/** Text that roff takes as it is: no escape, no request, hyphens that can be copied. */
function text(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('…', '\\[u2026]')
    .replace(/^(?=[.'])/, '\\&');
}
