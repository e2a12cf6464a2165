// Makes .github/pictures anew; run by scripts/pictures.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchChromium } from '../test/helpers/chromium.ts';
import type { Scope } from '../test/helpers/program.ts';
import { startSandboxProcess } from '../test/helpers/sandbox-process.ts';
import { servePages, shownPages } from '../test/helpers/shown-pages.ts';
import { builtProgram, createHome } from '../test/helpers/spawn-cli.ts';
import { startTmux } from '../test/helpers/tmux.ts';
import { terminalPicture } from './terminal-picture.ts';

const folder = join(import.meta.dirname, '../.github/pictures');
const schemes = ['light', 'dark'] as const;
const pictured = {
  consent: 690,
  'signed-in': 420,
  denied: 420,
  failed: 420,
  stray: 440,
  spent: 440,
};

const endings: (() => unknown)[] = [];
const scope: Scope = { after: (ending) => endings.push(ending) };
try {
  await mkdir(folder, { recursive: true });
  await picturePages();
  await pictureTerminal();
} finally {
  for (const ending of endings.reverse()) await ending();
}

/** Each page in both schemes, and what it was made of: while that stays the same, so does the picture. */
async function picturePages(): Promise<void> {
  await using chromium = await launchChromium();
  await using pages = await servePages();
  const page = await chromium.context.newPage();
  const sources: Record<string, string> = {};
  for (const [name, height] of Object.entries(pictured)) {
    await page.setViewportSize({ width: 600, height });
    await page.goto(`${pages.url}/${name}`);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    }
    sources[name] = createHash('sha256')
      .update(shownPages[name]?.html ?? '')
      .digest('hex');
  }
  await writeFile(join(folder, 'pages.json'), `${JSON.stringify(sources, null, 2)}\n`);
}

/** The first sign-in and a list, typed into a shell on a real terminal, decided on in a real browser. */
async function pictureTerminal(): Promise<void> {
  const home = await createHome(scope);
  const sandbox = await startSandboxProcess(home, '--port', '8080');
  const command = join(home.directory, 'bitbranch');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${builtProgram}' "$@"\n`, {
    mode: 0o755,
  });
  const terminal = await startTmux(scope, ['env', 'PS1=$ ', 'bash', '--norc', '--noprofile'], {
    columns: 92,
    rows: 38,
    cwd: home.directory,
    env: {
      ...home.env,
      PATH: `${home.directory}:${home.env['PATH']}`,
      BITBRANCH_BROWSER: 'true',
    },
  });
  await terminal.shows(/^\$ $/m);
  await terminal.type(`bitbranch login --host ${sandbox.url} --kind cloud\n`);
  await terminal.shows(/Consumer key/);
  await terminal.type(`${sandbox.consumerKey}\n`);
  await terminal.shows(/Secret of consumer/);
  await terminal.type(`${sandbox.consumerSecret}\n`);
  const [consentUrl] = await terminal.shows(/http\S+oauth_token=\S+/);
  await grantInChromium(consentUrl);
  await terminal.shows(/Signed in to[^$]*\n\$ /);
  await terminal.type(`bitbranch branches ${sandbox.repositories[0]}\n`);
  await terminal.shows(/team\/[^$]*\n\$ /);
  const picture = terminalPicture(
    await terminal.screen(),
    'The first sign-in and a list of branches',
  );
  await writeFile(join(folder, 'terminal.svg'), picture);
}

async function grantInChromium(consentUrl: string): Promise<void> {
  await using chromium = await launchChromium();
  const page = await chromium.context.newPage();
  await page.goto(consentUrl);
  await page.getByRole('button', { name: 'Grant access' }).click();
  await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
}
