import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Empties the test keychain of a host: a new server can have the port of one whose sign-in was left behind. */
export async function forgetHost(hostUrl: string): Promise<void> {
  for (const service of ['bitbranch', 'bitbranch-consumer', 'bitbranch-pending']) {
    await clear(`${service}:${hostUrl}`);
  }
}

/** `secret-tool` fails with 1 where there is nothing to clear. */
async function clear(service: string): Promise<void> {
  try {
    await run('secret-tool', ['clear', 'service', service], { timeout: 10_000 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 1)) throw error;
  }
}

/** Everything that the test keychain holds of a host, secrets included, as another program sees it; empty for nothing. */
export async function keychainItems(hostUrl: string): Promise<string> {
  const services = [`bitbranch:${hostUrl}`, `bitbranch-consumer:${hostUrl}`];
  const searches = services.map((service) =>
    run('secret-tool', ['search', '--all', 'service', service]),
  );
  return (await Promise.all(searches)).map(({ stdout, stderr }) => stdout + stderr).join('');
}
