import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { powershellScript } from './powershell.ts';
import { vocabulary } from './vocabulary.ts';
import { zshScript } from './zsh.ts';

/** The completion script of each shell, made from the program's own tables. */
export const completionScript = {
  bash: () => bashScript(vocabulary()),
  zsh: () => zshScript(vocabulary()),
  fish: () => fishScript(vocabulary()),
  powershell: () => powershellScript(vocabulary()),
} as const;
