import type { Environment, Output } from '../../context.ts';

/** What terminals that know OSC 8 say of themselves; every other one might print the sequence as text. */
const knownPrograms = /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|Tabby|rio|zed)$/;
const knownTerminals = /^(?:xterm-kitty|xterm-ghostty|alacritty|foot|wezterm)/;
const knownVariables = ['WT_SESSION', 'KONSOLE_VERSION', 'KITTY_WINDOW_ID', 'DOMTERM'] as const;
/** Libvte, from version 0.50. */
const leastVteVersion = 5000;

/** Whether links can be clicked where the output goes; FORCE_HYPERLINK decides for a terminal that is not known. */
export function showsLinks(env: Environment, stdout: Output): boolean {
  if (!stdout.isTerminal || env['TERM'] === 'dumb') return false;
  const forced = env['FORCE_HYPERLINK'];
  if (forced) return forced !== '0';
  return (
    knownPrograms.test(env['TERM_PROGRAM'] ?? '') ||
    knownTerminals.test(env['TERM'] ?? '') ||
    Number(env['VTE_VERSION'] ?? 0) >= leastVteVersion ||
    knownVariables.some((name) => env[name])
  );
}

/** The text as a link (OSC 8); as it is where the address is no plain web address, which could end the sequence. */
export function hyperlink(text: string, url: unknown): string {
  if (typeof url !== 'string' || !/^https?:\/\/[!-~]+$/.test(url)) return text;
  return `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\`;
}
