import type { Values } from './values.ts';
import {
  type CommandWord,
  type FlagValues,
  flagsBeforeValues,
  type Vocabulary,
  valuesOfFlags,
} from './vocabulary.ts';

/** Runs on the bash 3.2 of macOS too. */
export function bashScript(words: Vocabulary): string {
  return `# Completion of bitbranch for bash, made by: bitbranch completion bash

_bitbranch() {
  # Bash splits words at = and :, bitbranch does not.
  local words=() word is_joined=
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ $is_joined || ( $word && \${#words[@]} -gt 0 && -z \${word//[=:@]/} ) ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    is_joined=
    [[ $word && -z \${word//[=:@]/} ]] && is_joined=1
  done

  local current=\${words[\${#words[@]}-1]} command= flag= host= operands=0 no_more_flags= i
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
    if [[ $flag ]]; then
      [[ $flag == --host ]] && host=$word
      flag=
    elif [[ $no_more_flags || $word != -?* ]]; then
      if [[ $command ]]; then operands=$((operands + 1)); else command=$word; fi
    elif [[ $word == -- ]]; then
      no_more_flags=1
    elif [[ $word == --host=* ]]; then
      host=\${word#*=}
    elif [[ ' ${flagsBeforeValues(words).join(' ')} ' == *" $word "* ]]; then
      flag=$word
    fi
  done

  local value=$current
  if [[ ! $flag && ! $no_more_flags && $current == --*=* ]]; then
    flag=\${current%%=*}
    value=\${current#*=}
  fi
  COMPREPLY=()
  if [[ $flag ]]; then
    _bitbranch_flag_values
  elif [[ ! $no_more_flags && $current == -* ]]; then
    _bitbranch_offer < <(_bitbranch_flags)
  elif [[ ! $command ]]; then
    _bitbranch_words ${words.commands.map(({ name }) => name).join(' ')}
  else
    _bitbranch_operands
  fi
}

# Offers the lines of standard input that go on from what is typed.
_bitbranch_offer() {
  local candidate quoted breaks=\${COMP_WORDBREAKS//[^=:@]/} cut=
  [[ $breaks ]] && cut=\${current%"\${current##*[$breaks]}"}
  while IFS= read -r candidate; do
    quoted=$candidate
    [[ $candidate == *[!A-Za-z0-9_./:@,=+-]* ]] && printf -v quoted %q "$candidate"
    if [[ $candidate == "$value"* || $quoted == "$value"* ]]; then
      quoted=\${current%"$value"}$quoted
      COMPREPLY+=("\${quoted#"$cut"}")
    fi
  done
}

_bitbranch_words() {
  _bitbranch_offer < <(printf '%s\\n' "$@")
}

_bitbranch_candidates() {
  _bitbranch_offer < <(bitbranch completion --candidates "$1" \${host:+"--host=$host"} 2>/dev/null)
}

_bitbranch_list() {
  compopt -o nospace 2>/dev/null
  _bitbranch_words "\${@/#/\${value%"\${value##*,}"}}"
}

_bitbranch_paths() {
  local path
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "\${value##*=}")
}

_bitbranch_flag_values() {
  case "$command $flag" in
${cases(valuesOfFlags(words).map(flagCase))}
  esac
}

_bitbranch_fields() {
  case $command in
${cases(words.commands.map(({ name, fields }) => [name, list(fields)]))}
  esac
}

_bitbranch_flags() {
  printf '%s\\n' ${words.globalFlags.map(({ long }) => long).join(' ')}
  case $command in
${cases(words.commands.map((command) => [command.name, ownFlags(command)]))}
  esac
}

_bitbranch_operands() {
  case $command in
${cases(words.commands.map((command) => [command.name, operands(command)]))}
  esac
}

complete -F _bitbranch bitbranch
`;
}

/** Arms of a `case`, without those that do nothing. */
function cases(arms: readonly (readonly [pattern: string, action: string | null])[]): string {
  return arms
    .flatMap(([pattern, action]) => (action === null ? [] : [`    ${pattern}) ${action} ;;`]))
    .join('\n');
}

function flagCase([command, flag, values]: FlagValues): [pattern: string, action: string | null] {
  return [`${command ?? '*'}' ${flag}'`, offer(values)];
}

function offer(values: Values | null): string | null {
  switch (values?.kind) {
    case 'words':
      return `_bitbranch_words ${values.words.join(' ')}`;
    case 'candidates':
      return `_bitbranch_candidates ${values.of}`;
    case 'fields':
      return '_bitbranch_fields';
    case 'files':
      return '_bitbranch_paths -f';
    case 'programs':
      return '_bitbranch_paths -c';
    default:
      return null;
  }
}

function list(fields: readonly string[]): string | null {
  return fields.length === 0 ? null : `_bitbranch_list ${fields.join(' ')}`;
}

function ownFlags({ flags }: CommandWord): string | null {
  return flags.length === 0 ? null : `printf '%s\\n' ${flags.map(({ long }) => long).join(' ')}`;
}

function operands({ operands, maxOperands }: CommandWord): string | null {
  const action = offer(operands);
  if (action === null || maxOperands === Number.POSITIVE_INFINITY) return action;
  return `((operands < ${maxOperands})) && ${action}`;
}
