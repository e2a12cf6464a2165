import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Everything that the test keychain holds of a host, secrets included, as another program sees it; empty for nothing. */
export async function keychainItems(hostUrl: string): Promise<string> {
  const services = [`bitbranch:${hostUrl}`, `bitbranch-consumer:${hostUrl}`];
  const searches = services.map((service) =>
    run('secret-tool', ['search', '--all', 'service', service]),
  );
  return (await Promise.all(searches)).map(({ stdout, stderr }) => stdout + stderr).join('');
}
