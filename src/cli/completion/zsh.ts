import type { Values } from './values.ts';
import type { CommandWord, FlagWord, Vocabulary } from './vocabulary.ts';

/** Works both as a file `_bitbranch` in the path of functions and when it is sourced. */
export function zshScript(words: Vocabulary): string {
  return `#compdef bitbranch
# Completion of bitbranch for zsh, made by: bitbranch completion zsh

_bitbranch() {
  local curcontext=$curcontext context state state_descr host word ret=1
  local -a line fields commands global
  local -A opt_args
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $host == --host ]] && host=\${(Q)word} && break
    [[ $word == --host ]] && host=$word
    [[ $word == --host=* ]] && host=\${(Q)word#*=} && break
  done
  [[ $host == --host ]] && host=

  commands=(
${lines(words.commands.map(({ name, summary }) => quoted(`${name}:${summary}`)))}
  )
  global=(
${lines(words.globalFlags.map(flagSpecs))}
  )
  _arguments -C -S $global '(-)1: :->command' '(-)*:: :->rest' && ret=0
  case $state in
    command) _describe -t commands command commands && ret=0 ;;
    rest)
      case $words[1] in
${words.commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
  return ret
}

_bitbranch_candidates() {
  local kind=$@[-1]
  local -a found
  found=(\${(f)"$(bitbranch completion --candidates $kind \${host:+--host=$host} 2>/dev/null)"})
  compadd "\${@[1,-2]}" -a found
}

_bitbranch_fields() {
  (( $#fields )) && _values -s , field $fields
}

if [[ $funcstack[1] == _bitbranch ]]; then
  _bitbranch "$@"
else
  compdef _bitbranch bitbranch
fi
`;
}

function lines(items: readonly string[]): string {
  return items.map((item) => `    ${item}`).join('\n');
}

function commandCase(command: CommandWord): string {
  const { name, fields, flags, operands, maxOperands } = command;
  const specs = flags.map(flagSpecs);
  if (operands !== null) {
    const position = maxOperands === Number.POSITIVE_INFINITY ? '*' : '1';
    specs.push(quoted(`${position}:${operandName(operands)}:${action(operands)}`));
  }
  return `        ${name})
          fields=(${fields.join(' ')})
          ${['_arguments -S $global', ...specs].join(' \\\n            ')} && ret=0
          ;;`;
}

/** Specifications of `_arguments` for one flag; see zshcompsys(1). */
function flagSpecs({
  long,
  short,
  summary,
  values,
  valueIsOptional,
  repeatable,
}: FlagWord): string {
  const text = `[${summary.replace(/[\\[\]:]/g, '\\$&')}]`;
  if (short !== null) return `'(${short} ${long})'{${short},${long}}${quoted(text)}`;
  if (values === null) return quoted(`${long}${text}`);
  const sign = valueIsOptional ? '=-' : '=';
  const colon = valueIsOptional ? '::' : ':';
  const again = repeatable ? '*' : '';
  return quoted(`${again}${long}${sign}${text}${colon}${long.slice(2)}:${action(values)}`);
}

function operandName(values: Values): string {
  return values.kind === 'candidates' ? values.of : 'operand';
}

function action(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `(${values.words.join(' ')})`;
    case 'candidates':
      return `_bitbranch_candidates ${values.of}`;
    case 'fields':
      return '_bitbranch_fields';
    case 'files':
      return '_files';
    case 'programs':
      return '_command_names -e';
    case 'anything':
      return ' ';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
