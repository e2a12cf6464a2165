# Completion of bitbranch for PowerShell, made by: bitbranch completion powershell

Register-ArgumentCompleter -Native -CommandName bitbranch -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commands = [ordered]@{
        'branches' = 'list'
        'logout' = 'forget'
    }
    $globalFlags = [ordered]@{
            '--host' = 'the host’’s name'
            '--json' = 'print ''JSON'''
        }
    $commandFlags = @{
        'branches' = [ordered]@{
            '--format' = 'the host’’s name'
        }
        'logout' = [ordered]@{
            '--all' = 'the host’’s name'
        }
    }
    $values = @{
        ' --host' = 'hosts'
        ' --json' = 'fields'
        'branches --format' = @('tsv', 'json')
    }
    $operands = @{
        'branches' = 'repositories'
    }
    $maxOperands = @{
        'branches' = [int]::MaxValue
        'logout' = 0
    }
    $fields = @{
        'branches' = @('name', 'hash')
        'logout' = @()
    }
    $flagsBeforeValues = @('--host', '--format')

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
            if ($name -notmatch '^[\w./:-]+$') { $text = $lead + $apostrophe + $name.Replace($apostrophe, $apostrophe * 2) + $apostrophe }
            [System.Management.Automation.CompletionResult]::new($text, $name, 'ParameterValue', $found[$name])
        }
    }
}
