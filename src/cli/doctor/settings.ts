import { dirname } from 'node:path';
import type { Context } from '../../context.ts';
import { type Finding, ok, warning } from './finding.ts';

/** @throws {BitbranchError} `usage` where they can't be read or written */
export async function checkSettings({ settings, system, interrupted }: Context): Promise<Finding> {
  const { path } = settings;
  await settings.read();
  await settings.probe(interrupted);

  const mode = (await system.permissions(path)) ?? 0o600;
  if ((mode & 0o077) !== 0) return open(path, mode, '600');
  const directory = dirname(path);
  const directoryMode = (await system.permissions(directory)) ?? 0o700;
  if ((directoryMode & 0o022) !== 0) return open(directory, directoryMode, '700');
  return ok(`The settings in ${path} can be read and written.`);
}

function open(path: string, mode: number, wanted: string): Finding {
  const verb = (mode & 0o022) !== 0 ? 'change' : 'read';
  return warning(
    `Other users can ${verb} ${path} (mode ${mode.toString(8)}).`,
    `Run: chmod ${wanted} '${path}'`,
  );
}
