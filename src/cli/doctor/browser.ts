import type { Context } from '../../context.ts';
import { BitbranchError } from '../../errors.ts';
import type { Arguments } from '../arguments.ts';
import { option } from '../options.ts';
import { type Finding, ok, warning } from './finding.ts';

const byHand =
  'Open the address that login prints yourself, or name a browser with --browser or BITBRANCH_BROWSER.';

/** @throws {BitbranchError} `usage` where a command was chosen that can't be started */
export async function checkBrowser(args: Arguments, context: Context): Promise<Finding> {
  if (args.has('no-browser')) return ok('No browser is opened: --no-browser is given.');
  const { browser, system } = context;
  const command = option(args, context.env, 'browser');
  const program = await browser.program(command);
  const path = await system.findProgram(program);
  if (command === undefined) return desktopBrowser(program, path, context);
  if (path !== null) return ok(`The browser is opened by ${path}, as you chose.`);
  throw new BitbranchError('usage', `The browser command "${program}" was not found.`, {
    hint: 'Check the command given by --browser, BITBRANCH_BROWSER or BROWSER.',
  });
}

function desktopBrowser(program: string, path: string | null, { env }: Context): Finding {
  if (env['SSH_CONNECTION']) {
    return warning(
      'You came here by SSH, so a browser that is opened here is not in front of you.',
      'Open the address that login prints where you are; then paste the address where that browser ends, or first use the ssh -L line that login prints.',
    );
  }
  if (path === null) {
    return warning(`${program}, which would open the browser, was not found.`, byHand);
  }
  if (program === 'xdg-open' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) {
    return warning(
      'No browser can be shown: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set).',
      byHand,
    );
  }
  return ok(`The browser is opened by ${path}.`);
}
