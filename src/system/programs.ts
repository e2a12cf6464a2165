import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment, System } from '../context.ts';

export function createSystem(env: Environment, platform: NodeJS.Platform): System {
  return {
    nodeVersion: process.versions.node,
    architecture: process.arch,
    findProgram: (program) => findProgram(program, env, platform),
    permissions: async (path) => (platform === 'win32' ? null : permissions(path)),
    async proxyFor(target) {
      const { proxyFor } = await import('./proxy-choice.ts');
      const proxy = proxyFor(target, env);
      return proxy && { host: proxy.url.host, variable: proxy.variable };
    },
  };
}

/** As {@link System.findProgram} promises. */
export async function findProgram(
  program: string,
  env: Environment,
  platform: NodeJS.Platform,
): Promise<string | null> {
  for (const directory of /[\\/]/.test(program) ? [''] : searchPath(env, platform)) {
    for (const extension of extensions(env, platform)) {
      const path = join(directory, program + extension);
      if (await isProgram(path)) return path;
    }
  }
  return null;
}

/** Windows calls the variable `Path`. */
function searchPath(env: Environment, platform: NodeJS.Platform): readonly string[] {
  const [, path = ''] = Object.entries(env).find(([name]) => /^path$/i.test(name)) ?? [];
  return path.split(platform === 'win32' ? ';' : ':').filter((directory) => directory !== '');
}

function extensions(env: Environment, platform: NodeJS.Platform): readonly string[] {
  if (platform !== 'win32') return [''];
  return ['', ...(env['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';')];
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function permissions(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return null;
  }
}
