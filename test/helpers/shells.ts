import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Scope, startProgram } from './program.ts';
import { builtProgram, type Home } from './spawn-cli.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** A shell that has loaded what `bitbranch completion` printed for it. */
export interface CompletingShell {
  /** What it offers at the end of the line, in any order, without what stands before `=` or a comma. */
  offered(line: string): Promise<readonly string[]>;
  readonly script: string;
  /** The environment in which `bitbranch` is found. */
  readonly env: Readonly<Record<string, string>>;
}

/** A shell of the system in that home, without any configuration of its own. */
export async function completingShell(
  scope: Scope,
  shell: Shell,
  home: Home,
): Promise<CompletingShell> {
  const directory = home.directory;
  await writeFile(
    join(directory, 'bitbranch'),
    `#!/bin/sh\nexec '${process.execPath}' '${builtProgram}' "$@"\n`,
    { mode: 0o755 },
  );
  const env = { ...home.env, PATH: `${directory}:${home.env['PATH']}`, TERM: 'dumb' };
  const { exitCode, stdout, stderr } = await home.run(['completion', shell]);
  assert.equal(exitCode, 0, stderr);
  const script = join(directory, `completion.${shell}`);
  await writeFile(script, stdout);
  return {
    script,
    env,
    async offered(line) {
      const { program, answer } = questions[shell](script, line, directory);
      const ended = await startProgram(scope, program, { env, cwd: directory }).ended;
      assert.equal(ended.exitCode, 0, ended.stdout + ended.stderr);
      assert.equal(ended.stderr, '');
      const text = answer === null ? ended.stdout : await readFile(answer, 'utf8');
      return [...new Set(text.split('\n').filter(Boolean).map(withoutLead))].sort();
    },
  };
}

interface Question {
  readonly program: readonly string[];
  /** The file that holds the answer; null for standard output. */
  readonly answer: string | null;
}

const questions: Readonly<
  Record<Shell, (script: string, line: string, directory: string) => Question>
> = {
  bash: (script, line) => ({
    program: ['bash', '--norc', '-c', bashQuestion, 'bash', script, line, ...bashWords(line)],
    answer: null,
  }),
  fish: (script, line) => ({
    program: ['fish', '--no-config', '-c', fishQuestion, script, line],
    answer: null,
  }),
  zsh: (script, line, directory) => {
    const [answer, dump] = [join(directory, 'zsh-answer'), join(directory, 'zcompdump')];
    return { program: ['zsh', '-f', '-c', zshQuestion, 'zsh', script, line, answer, dump], answer };
  },
};

/** What readline does at Tab, up to the function that the script names for the command. */
const bashQuestion = `
source "$1" || exit
COMP_LINE=$2 COMP_POINT=\${#2} COMP_WORDS=("\${@:3}") COMP_CWORD=$(($# - 3))
[[ $(complete -p bitbranch) =~ -F\\ ([^ ]+) ]] || exit
"\${BASH_REMATCH[1]}" bitbranch "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
((\${#COMPREPLY[@]})) && printf '%s\\n' "\${COMPREPLY[@]}"
exit 0
`;

/** As bash splits them: at blanks, and before and after each of its COMP_WORDBREAKS. */
function bashWords(line: string): readonly string[] {
  return line.split(' ').flatMap((word) => {
    const parts = word.split(/([=:@]+)/);
    return parts.length > 1 && word !== '' ? parts.filter(Boolean) : parts;
  });
}

const fishQuestion = `
source $argv[1]
complete -C $argv[2] | string replace -r '\\t.*' ''
true
`;

/** Presses Tab in a zsh on a terminal of its own, which writes down what it adds to the list and then leaves. */
const zshQuestion = `
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner "$(<<SETUP
  autoload -U compinit && compinit -C -d \${(q)4}
  source \${(q)1}
  compadd() {
    if [[ \\\${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "\\$@"; return; fi
    local -a hits
    builtin compadd -A hits "\\$@"
    print -rl -- \\$hits >>\${(q)3}
    builtin compadd "\\$@"
  }
  press-tab() { zle list-choices; exit }
  zle -N press-tab
  bindkey '^I' press-tab
  : >\${(q)3}
SETUP
)"
zpty -w -n inner "$2"$'\\t'
while zpty -r inner line; do :; done
exit 0
`;

function withoutLead(candidate: string): string {
  return candidate.replace(/^--[^=]+=/, '').replace(/^.*,/, '');
}
