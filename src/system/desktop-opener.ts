import type { Environment } from '../context.ts';

/** What the package `open` starts; in the Windows Subsystem for Linux that is a program of Windows. */
export function desktopOpener(env: Environment, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'open';
  if (platform === 'win32') return 'powershell';
  return env['WSL_DISTRO_NAME'] && !env['SSH_CONNECTION'] ? 'powershell.exe' : 'xdg-open';
}

/** Whether an opener has a desktop to open the page on; only that of Linux can be without. */
export function hasDisplay(opener: string, env: Environment): boolean {
  return opener !== 'xdg-open' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}
