import type { Context } from '../../context.ts';
import type { Arguments } from '../arguments.ts';
import { oneOf } from '../options.ts';

/**
 * `--color` decides, then NO_COLOR (https://no-color.org), then FORCE_COLOR, then whether stdout is a terminal.
 * @throws {BitbranchError} `usage` for a `--color` that there is not
 */
export function useColor(
  args: Arguments,
  { env, terminal }: Pick<Context, 'env' | 'terminal'>,
): boolean {
  if (args.has('color')) {
    const when = oneOf('--color', ['auto', 'always', 'never'], args.value('color') ?? 'always');
    return when === 'always' || (when === 'auto' && terminal.stdout.isTerminal);
  }
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return terminal.stdout.isTerminal && env['TERM'] !== 'dumb';
}
