#!/usr/bin/env -S node --import tsx
// scripts/update-readme.ts
//
// Writes the sections of README.md that stand between `<!-- NAME -->` and `<!-- /NAME -->` anew from the program's own tables.
// A test fails while they differ.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type CommandName, commands, isCommandName } from '../src/cli/commands.ts';
import { commandFlags, globalFlags } from '../src/cli/flags.ts';
import { flagRows, usage } from '../src/cli/help-text.ts';
import { environmentRows, topics } from '../src/cli/help-topics.ts';
import { errorTable } from '../src/errors.ts';

const sections: Readonly<Record<string, () => string>> = {
  commands: commandsTable,
  flags: () => table(['Flag', 'Meaning'], flagRows(globalFlags).map(codeFirst)),
  environment: () => table(['Variable', 'Meaning'], environmentRows().map(codeFirst)),
  'exit-codes': exitCodesTable,
};

/** The README with every section as the program's tables have it now. */
export function updated(readme: string): string {
  let text = readme;
  for (const [name, content] of Object.entries(sections)) {
    const [opening, closing] = [`<!-- ${name} -->\n`, `<!-- /${name} -->\n`];
    const start = text.indexOf(opening) + opening.length;
    const end = text.indexOf(closing);
    if (start < opening.length || end < start) throw new Error(`README.md has no section ${name}`);
    text = `${text.slice(0, start)}\n${content()}\n${text.slice(end)}`;
  }
  return text;
}

function commandsTable(): string {
  const rows = Object.keys(commands)
    .filter(isCommandName)
    .map((name) => [code(usage(name)), commandCell(name)]);
  return `${table(['Command', 'What it does'], rows)}
Topics of \`bitbranch help\`, beside the commands: ${Object.keys(topics).map(code).join(', ')}.
`;
}

function commandCell(name: CommandName): string {
  const { summary, flags } = commands[name];
  const own = flagRows(Object.fromEntries(flags.map((flag) => [flag, commandFlags[flag]])));
  return [summary, ...own.map(([flag, meaning]) => `${code(flag)}: ${meaning}`)].join('<br>');
}

function exitCodesTable(): string {
  const failures = Object.entries(errorTable).map(([name, { exitCode, meaning }]) => [
    `${exitCode}`,
    meaning,
    code(name),
  ]);
  return table(
    ['Exit code', 'Meaning', 'Error code of `--json`'],
    [['0', 'done', ''], ...failures],
  );
}

function codeFirst([first, second]: readonly [string, string]): readonly string[] {
  return [code(first), second];
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A bar would end a cell, also inside of code. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}

const scriptPath = fileURLToPath(import.meta.url);
if (process.argv[1] === scriptPath) {
  const path = fileURLToPath(new URL('../README.md', import.meta.url));
  await writeFile(path, updated(await readFile(path, 'utf8')));
}
