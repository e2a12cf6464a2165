import type { Values } from './values.ts';
import { type FlagWord, flagsBeforeValues, type Vocabulary, valuesOfFlags } from './vocabulary.ts';

/** Runs on Windows PowerShell 5 and on PowerShell 7. */
export function powershellScript(words: Vocabulary): string {
  const { commands, globalFlags } = words;
  return `# Completion of bitbranch for PowerShell, made by: bitbranch completion powershell

Register-ArgumentCompleter -Native -CommandName bitbranch -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commands = [ordered]@{
${commands.map(({ name, summary }) => `        ${quoted(name)} = ${quoted(summary)}`).join('\n')}
    }
    $globalFlags = ${flagTable(globalFlags)}
    $commandFlags = @{
${commands.map(({ name, flags }) => `        ${quoted(name)} = ${flagTable(flags)}`).join('\n')}
    }
    $values = @{
${valueRows(valuesOfFlags(words).map(([command, flag, values]) => [`${command ?? ''} ${flag}`, values]))}
    }
    $operands = @{
${valueRows(commands.map(({ name, operands }) => [name, operands]))}
    }
    $maxOperands = @{
${commands.map(({ name, maxOperands }) => `        ${quoted(name)} = ${finite(maxOperands)}`).join('\n')}
    }
    $fields = @{
${commands.map(({ name, fields }) => `        ${quoted(name)} = ${array(fields)}`).join('\n')}
    }
    $flagsBeforeValues = ${array(flagsBeforeValues(words))}

    $command = ''
    $flag = ''
    $targetHost = ''
    $operandCount = 0
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        $word = $element.Extent.Text
        if ($flag) {
            if ($flag -eq '--host') { $targetHost = $word }
            $flag = ''
        } elseif ($word -like '--host=*') {
            $targetHost = $word.Substring(7)
        } elseif ($flagsBeforeValues -contains $word) {
            $flag = $word
        } elseif ($word -notlike '-?*') {
            if ($command) { $operandCount++ } else { $command = $word }
        }
    }

    $lead = ''
    if (-not $flag -and $wordToComplete -match '^(--[^=]+)=') {
        $flag = $Matches[1]
        $lead = $Matches[0]
    }
    $found = [ordered]@{}
    $kind = ''
    if ($flag) {
        foreach ($key in @(" $flag", "$command $flag")) { if ($values[$key]) { $kind = $values[$key] } }
    } elseif ($wordToComplete -like '-*') {
        foreach ($table in @($globalFlags, $commandFlags[$command])) {
            if ($table) { foreach ($name in $table.Keys) { $found[$name] = $table[$name] } }
        }
    } elseif (-not $command) {
        $found = $commands
    } elseif ($operandCount -lt $maxOperands[$command]) {
        $kind = $operands[$command]
    }

    if ($kind -is [array]) {
        foreach ($word in $kind) { $found[$word] = $word }
    } elseif ($kind -eq 'fields') {
        $lead += $wordToComplete.Substring($lead.Length) -replace '[^,]*$'
        foreach ($word in $fields[$command]) { $found[$word] = $word }
    } elseif ($kind) {
        $asked = @('completion', '--candidates', $kind)
        if ($targetHost) { $asked += "--host=$targetHost" }
        foreach ($word in (& bitbranch @asked 2>$null)) { $found[$word] = $word }
    }

    $apostrophe = [string][char]39
    foreach ($name in $found.Keys) {
        $text = $lead + $name
        if ($text.StartsWith($wordToComplete, [StringComparison]::Ordinal)) {
            if ($name -notmatch '^[\\w./:-]+$') { $text = $lead + $apostrophe + $name.Replace($apostrophe, $apostrophe * 2) + $apostrophe }
            [System.Management.Automation.CompletionResult]::new($text, $name, 'ParameterValue', $found[$name])
        }
    }
}
`;
}

function flagTable(flags: readonly FlagWord[]): string {
  if (flags.length === 0) return '@{}';
  const rows = flags.map(({ long, summary }) => `${quoted(long)} = ${quoted(summary)}`);
  return `[ordered]@{\n${rows.map((row) => `            ${row}`).join('\n')}\n        }`;
}

/** Words are an array, what is asked for or depends on the command a name; files are left to PowerShell. */
function valueRows(rows: readonly (readonly [string, Values | null])[]): string {
  return rows
    .flatMap(([name, values]) => {
      const text = values === null ? null : valueText(values);
      return text === null ? [] : [`        ${quoted(name)} = ${text}`];
    })
    .join('\n');
}

function valueText(values: Values): string | null {
  switch (values.kind) {
    case 'words':
      return array(values.words);
    case 'candidates':
      return quoted(values.of);
    case 'fields':
      return quoted('fields');
    default:
      return null;
  }
}

function finite(count: number): string {
  return count === Number.POSITIVE_INFINITY ? '[int]::MaxValue' : `${count}`;
}

function array(words: readonly string[]): string {
  return `@(${words.map(quoted).join(', ')})`;
}

/** Typographic quotes end a text of PowerShell's like the plain one. */
function quoted(text: string): string {
  return `'${text.replace(/['‘’‚‛]/g, '$&$&')}'`;
}
