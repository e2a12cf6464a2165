import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { runProcess } from '../helpers/keychain.ts';
import { startProgram } from '../helpers/program.ts';
import { decideAt } from '../helpers/user-agent.ts';
import { emptyDirectory, install, pack, root } from './packed.ts';

const { tarball } = await pack({ after });
const project = await install({ after }, [tarball], { flags: ['--omit=optional'] });
const example = join(import.meta.dirname, 'library-example.mjs');
await copyFile(example, join(project, 'example.mjs'));

test('the README shows the example that is run here', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  assert.ok(readme.includes(`\`\`\`js\n${await readFile(example, 'utf8')}\`\`\``));
});

test('the example signs in by the browser and lists branches', async (t) => {
  const sandbox = await startSandbox();
  t.after(() => sandbox.close());
  const config = await emptyDirectory(t);
  const running = startProgram(t, [process.execPath, join(project, 'example.mjs')], {
    env: {
      PATH: '',
      HOME: config,
      BITBRANCH_CONFIG_DIR: config,
      BITBRANCH_PASSPHRASE: 'correct horse',
      BROWSER: 'none',
      HOST: sandbox.url,
      KEY: sandbox.consumer.key,
      SECRET: sandbox.consumer.secret,
      REPOSITORY: 'maria/sample',
    },
  });
  const [, url = ''] = await running.printed(/^Open this page to sign in to \S+: (http\S+)$/m);
  await decideAt(url, 'grant');
  const { exitCode, stdout, stderr } = await running.ended;
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^(release\/\S+\t[0-9a-f]{40}\n)+$/);
});

const consumer = `
import { BitbranchError, type Branch, createContext, listBranches, openSession, type Session, signIn } from 'bitbranch';

export async function names(host: string): Promise<string[]> {
  const context = await createContext({ note: () => {}, openBrowser: async (_url: string) => {} });
  const consumer = { key: 'key', privateKey: 'PEM' };
  await signIn({ host, protocol: 'oauth1', consumer, timeoutMs: 1_000 }, context);
  // @ts-expect-error: OAuth 2.0 knows no key pairs
  await signIn({ host, protocol: 'oauth2', consumer }, context);
  const session: Session = await openSession({ host }, context);
  const branches: Branch[] = [];
  for await (const branch of listBranches(session, 'a/b', { fields: ['name'] })) branches.push(branch);
  context.close();
  return branches.map(({ name }) => name);
}

export const isRefusal = (error: unknown) => error instanceof BitbranchError && error.code === 'sign_in_refused';
`;

const options = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: [] };

for (const [extension, module] of [
  ['mts', 'nodenext'],
  ['cts', 'nodenext'],
  ['mts', 'node16'],
  ['cts', 'node16'],
  ['ts', 'esnext'],
] as const) {
  test(`its types serve a .${extension} file of module ${module}`, async () => {
    const name = `${extension}-${module}`;
    await writeFile(join(project, `${name}.${extension}`), consumer);
    const compilerOptions = {
      ...options,
      module,
      moduleResolution: module === 'esnext' ? 'bundler' : module,
      target: 'es2022',
      lib: ['es2022', 'dom'],
    };
    const files = [`${name}.${extension}`];
    await writeFile(join(project, `${name}.json`), JSON.stringify({ compilerOptions, files }));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { code, stdout } = await runProcess(
      [process.execPath, tsc, '--project', `${name}.json`],
      { cwd: project },
    );
    assert.equal(code, 0, stdout);
  });
}

for (const [way, script] of [
  ['import', "import * as library from 'bitbranch'; print(library);"],
  ['require', "print(require('bitbranch'));"],
] as const) {
  test(`${way} gives every name`, async () => {
    const print =
      "function print(library) { process.stdout.write(Object.keys(library).sort().join(' ')); }";
    const kind = way === 'import' ? 'module' : 'commonjs';
    const { code, stdout, stderr } = await runProcess(
      [process.execPath, `--input-type=${kind}`, '--eval', `${script} ${print}`],
      { cwd: project },
    );
    assert.equal(code, 0, stderr);
    const names = stdout
      .split(' ')
      .filter((name) => !/^(default|module\.exports|__esModule)$/.test(name));
    assert.deepEqual(names, [
      'BitbranchError',
      'createContext',
      'listBranches',
      'openSession',
      'signIn',
    ]);
  });
}
