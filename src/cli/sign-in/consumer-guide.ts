import type { Host } from '../../bitbucket/hosts.ts';
import type { Context } from '../../context.ts';

/** How a consumer is registered, told before the first sign-in asks for one. */
export function consumerGuide(host: Host, callbackPath: string): string {
  return host.kind === 'cloud' ? cloudGuide(host, callbackPath) : dataCenterGuide(host);
}

/** Opens the page on which a consumer is made; it belongs to a workspace, which is asked for. */
export async function openConsumersPage(host: Host, context: Context): Promise<void> {
  const { terminal, browser, interrupted: signal } = context;
  const workspace = (await terminal.prompt('Workspace to make it in: ', { signal })).trim();
  if (workspace === '') return;
  const page = consumersPage(host, encodeURIComponent(workspace));
  await context.note(`Opening ${page}`);
  try {
    await browser.open(page);
  } catch {
    await context.note('No browser could be opened: open that page yourself.');
  }
}

function consumersPage(host: Host, workspace: string): string {
  return `${host.url}/${workspace}/workspace/settings/api`;
}

function cloudGuide(host: Host, callbackPath: string): string {
  return [
    `To sign in to ${host.name} you need an OAuth consumer of your own, once:`,
    `  1. Open ${consumersPage(host, 'WORKSPACE')} and choose "Add consumer".`,
    `  2. Name it bitbranch; callback URL: http://127.0.0.1${callbackPath}`,
    '  3. Permissions: tick Account: Read and Repositories: Read. Save.',
    '  4. Click on its name: Bitbucket shows its key and its secret. bitbranch remembers both.',
    '',
  ].join('\n');
}

function dataCenterGuide(host: Host): string {
  return [
    `To sign in to ${host.name} you need a consumer that its administrator has set up.`,
    `If there is none yet, stop here (Ctrl-C) and run: bitbranch consumer add --host ${host.url}`,
    '',
  ].join('\n');
}
