import { posix, resolve, win32 } from 'node:path';
import type { Environment } from '../context.ts';

export interface ConfigDirectoryOptions {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  readonly homedir: string;
}

/** Where the settings live: BITBRANCH_CONFIG_DIR, or a folder of our own where the system keeps such things. */
export function configDirectory({ env, platform, homedir }: ConfigDirectoryOptions): string {
  if (env['BITBRANCH_CONFIG_DIR']) return resolve(env['BITBRANCH_CONFIG_DIR']);
  switch (platform) {
    case 'win32':
      return win32.join(env['APPDATA'] || win32.join(homedir, 'AppData', 'Roaming'), 'bitbranch');
    case 'darwin':
      return posix.join(homedir, 'Library', 'Application Support', 'bitbranch');
    default:
      return posix.join(xdgConfigHome(env) ?? posix.join(homedir, '.config'), 'bitbranch');
  }
}

/** XDG Base Directory Specification: a relative path is invalid and to be ignored. */
function xdgConfigHome(env: Environment): string | null {
  const path = env['XDG_CONFIG_HOME'];
  return path !== undefined && posix.isAbsolute(path) ? path : null;
}
