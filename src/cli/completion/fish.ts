import type { Values } from './values.ts';
import {
  type CommandWord,
  type FlagWord,
  flagsBeforeValues,
  type Vocabulary,
} from './vocabulary.ts';

export function fishScript(words: Vocabulary): string {
  return `# Completion of bitbranch for fish, made by: bitbranch completion fish

# Prints the command and its operands, as far as they are typed.
function __bitbranch_words
    set -l tokens (commandline -opc)
    set -e tokens[1]
    set -l is_value no
    for token in $tokens
        if test $is_value = yes
            set is_value no
        else if contains -- $token ${flagsBeforeValues(words).join(' ')}
            set is_value yes
        else if not string match -q -- '-?*' $token
            echo $token
        end
    end
end

function __bitbranch_needs_command
    test (count (__bitbranch_words)) -eq 0
end

function __bitbranch_command
    set -l words (__bitbranch_words)
    test "$words[1]" = $argv[1]
end

# Whether the command can take one more operand.
function __bitbranch_takes_operand
    set -l words (__bitbranch_words)
    test "$words[1]" = $argv[1]; and test (count $words) -le $argv[2]
end

function __bitbranch_candidates
    set -l tokens (commandline -opc)
    set -l host
    set -l previous
    for token in $tokens
        test "$previous" = --host; and set host --host=$token
        string match -q -- '--host=*' $token; and set host $token
        set previous $token
    end
    bitbranch completion --candidates $argv[1] $host 2>/dev/null
end

function __bitbranch_fields
    set -l listed (commandline -ct | string replace -r '^--json=' '' | string match -r '^.*,')
    set -l words (__bitbranch_words)
    switch "$words[1]"
${fieldCases(words.commands)}
    end
end

complete -c bitbranch -f
${words.commands.map(nameLine).join('\n')}
${words.globalFlags.map((flag) => flagLine(flag)).join('\n')}
${words.commands.flatMap(commandLines).join('\n')}
`;
}

function fieldCases(commands: readonly CommandWord[]): string {
  return commands
    .filter(({ fields }) => fields.length > 0)
    .map(({ name, fields }) => {
      return `        case ${name}\n            printf '%s\\n' "$listed"{${fields.join(',')}}`;
    })
    .join('\n');
}

function nameLine({ name, summary }: CommandWord): string {
  return `complete -c bitbranch -n __bitbranch_needs_command -a ${name} -d ${quoted(summary)}`;
}

function commandLines({ name, flags, operands, maxOperands }: CommandWord): string[] {
  const condition = `-n ${quoted(`__bitbranch_command ${name}`)} `;
  const lines = flags.map((flag) => flagLine(flag, condition));
  const words = operands === null ? null : argumentsOf(operands);
  if (words === null) return lines;
  const test =
    maxOperands === Number.POSITIVE_INFINITY
      ? `__bitbranch_command ${name}`
      : `__bitbranch_takes_operand ${name} ${maxOperands}`;
  return [...lines, `complete -c bitbranch -n ${quoted(test)} -a ${quoted(words)}`];
}

function flagLine({ long, short, summary, values, valueIsOptional }: FlagWord, condition = '') {
  const names = `${short === null ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  const value = values === null ? '' : valueOptions(values, valueIsOptional);
  return `complete -c bitbranch ${condition}${names}${value} -d ${quoted(summary)}`;
}

/** fish has the value in the next word only where it is required: -r, and -x for one that is no file. */
function valueOptions(values: Values, valueIsOptional: boolean): string {
  if (values.kind === 'files') return ' -r -F';
  const words = argumentsOf(values);
  return `${valueIsOptional ? '' : ' -x'}${words === null ? '' : ` -a ${quoted(words)}`}`;
}

function argumentsOf(values: Values): string | null {
  switch (values.kind) {
    case 'words':
      return values.words.join(' ');
    case 'candidates':
      return `(__bitbranch_candidates ${values.of})`;
    case 'fields':
      return '(__bitbranch_fields)';
    case 'programs':
      return '(__fish_complete_command)';
    default:
      return null;
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
