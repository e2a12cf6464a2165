import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BitbranchError } from '../../src/errors.ts';
import { createBrowser } from '../../src/system/browser.ts';
import { takeEnvironment } from '../../src/system/child-environment.ts';
import { startHttpServer } from '../helpers/http-server.ts';

/** A browser that sends the page what it was started with. */
const browserProgram = `#!${process.execPath}
const args = process.argv.slice(2);
fetch(args.at(-1), { method: 'POST', body: JSON.stringify({ args, env: process.env }) });
`;

interface Start {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Writes the browser program to a path with a space, and serves a page that waits for it. */
async function setUp(t: TestContext) {
  const directory = join(mkdtempSync(join(tmpdir(), 'bitbranch-browser-')), 'my programs');
  mkdirSync(directory);
  t.after(() => rmSync(join(directory, '..'), { recursive: true }));
  const program = join(directory, 'browser.cjs');
  writeFileSync(program, browserProgram, { mode: 0o755 });

  const { promise: visited, resolve } = promiseWithResolver();
  const target = "/authorize?oauth_token=a%26b&x=$(id);'";
  const server = await startHttpServer(t, [
    {
      request: `POST ${new URL(target, 'http://x').pathname}${new URL(target, 'http://x').search}`,
      answer: (response) => {
        response.end();
        resolve();
      },
    },
  ]);
  const url = server.url + target;
  const start = async (): Promise<Start> => {
    await visited;
    return JSON.parse(server.requests[0]?.body ?? '');
  };
  return { directory, program, url, start };
}

function promiseWithResolver() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const secretEnv = { ...process.env, BITBRANCH_TOKEN: 's3cret', MY_BROWSER_ARG: 'from env' };

test('starts the command with the URL as its last argument', async (t) => {
  const { program, url, start } = await setUp(t);
  const command = `'${program}' --new-window "two words" three\\ words '' "$MY_BROWSER_ARG"`;
  await createBrowser(secretEnv, 'linux').open(url, command);
  const { args } = await start();
  assert.deepEqual(args, ['--new-window', 'two words', 'three words', '', 'from env', url]);
});

test('keeps our secrets from the browser', async (t) => {
  const { program, url, start } = await setUp(t);
  await createBrowser(secretEnv, 'linux').open(url, `'${program}'`);
  const { env } = await start();
  assert.equal(env['MY_BROWSER_ARG'], 'from env');
  assert.equal(env['BITBRANCH_TOKEN'], undefined);
});

test("without a command, uses the desktop's opener, which sees no secrets either", async (t) => {
  const { directory, url, start } = await setUp(t);
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  // xdg-open of a system without a desktop turns to this variable.
  process.env = {
    PATH: `${directory}:${process.env['PATH']}`,
    BROWSER: 'browser.cjs',
    BITBRANCH_TOKEN: 's3cret',
  };
  const env = takeEnvironment(process.env);
  await createBrowser(env, 'linux').open(url);
  const started = await start();
  assert.deepEqual(started.args, [url]);
  assert.equal(started.env['BITBRANCH_TOKEN'], undefined);
});

for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'ssh://x', '--help', '']) {
  test(`refuses to open "${url}"`, async () => {
    const browser = createBrowser(process.env, 'linux');
    for (const command of [undefined, 'false']) {
      await assert.rejects(browser.open(url, command), { name: 'BitbranchError', code: 'server' });
    }
  });
}

const badCommands = [
  '',
  '   ',
  'a && b',
  'firefox > log',
  'firefox; rm x',
  'firefox *',
  '# firefox',
];

for (const command of badCommands) {
  test(`refuses the command "${command}"`, async () => {
    await assert.rejects(createBrowser(process.env, 'linux').open('http://127.0.0.1:9/', command), {
      code: 'usage',
      message: /is not one command/,
    });
  });
}

/** The failure that an opener ends with, while we run for as long as it takes. */
async function failureOf(env: NodeJS.ProcessEnv, command?: string): Promise<BitbranchError> {
  const alive = setInterval(() => {}, 1000);
  try {
    return await new Promise((resolve, reject) => {
      createBrowser(env, 'linux').open('http://127.0.0.1:9/', command, resolve).catch(reject);
    });
  } finally {
    clearInterval(alive);
  }
}

test('tells of a command that ends with a failure', async () => {
  const { message } = await failureOf(process.env, 'false');
  assert.equal(message, 'The browser could not be opened (false ended with exit code 1).');
});

test('without a display the opener of the desktop fails, and that is said', async (t) => {
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  const directory = mkdtempSync(join(tmpdir(), 'bitbranch-desktop-'));
  t.after(() => rmSync(directory, { recursive: true }));
  // No text browser either, to which xdg-open turns.
  process.env = { PATH: directory };
  for (const name of ['sh', 'uname', 'cat', 'sed', 'grep', 'which']) {
    symlinkSync(`/bin/${name}`, join(directory, name));
  }
  const { message } = await failureOf(takeEnvironment(process.env));
  assert.match(
    message,
    /^The browser could not be opened \(xdg-open ended with exit code \d+ and there is no display\)\.$/,
  );
});

test('says that the command can not be started', async () => {
  const command = '/nonexistent/browser --flag';
  const failure = await createBrowser(process.env, 'linux')
    .open('http://127.0.0.1:9/', command)
    .catch((error: unknown) => error);
  assert.ok(failure instanceof BitbranchError);
  assert.equal(failure.code, 'usage');
  assert.match(failure.message, /"\/nonexistent\/browser" could not be started/);
  assert.match(failure.hint ?? '', /--browser/);
});
