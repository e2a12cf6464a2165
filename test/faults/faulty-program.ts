import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { builtProgram } from '../helpers/spawn-cli.ts';

/** The built program, byte for byte, in directories that everybody may read. */
export interface Programs {
  /** With keytar behind a gate: it asks KEYTAR_GATE, where that is set, before and after each call. */
  readonly gated: string;
  /** Without keytar. */
  readonly withoutKeytar: string;
  remove(): Promise<void>;
}

/** Obeys what the gate answers: go on, fail, lose what is to be written, or die. */
const gatedKeytar = `
const { request } = require('node:http');
const real = require(${JSON.stringify(createRequire(builtProgram).resolve('keytar'))});
const gate = process.env.KEYTAR_GATE;

function ask(moment) {
  if (gate === undefined) return 'go';
  return new Promise((resolve) => {
    request(gate + '/keytar/' + moment, { agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => { text += piece; }).on('end', () => resolve(text));
    }).on('error', () => {}).end();
  });
}

const gated = (name, call) => async (service, ...values) => {
  const order = await ask(name + '/before/' + service);
  if (order === 'fail') throw new Error('The disk of the keychain is full');
  if (order === 'kill') process.kill(process.pid, 'SIGKILL');
  const result = order === 'lose' ? null : await call(service, ...values);
  await ask(name + '/after/' + service);
  return result;
};

exports.getPassword = gated('get', real.getPassword);
exports.setPassword = gated('set', real.setPassword);
exports.deletePassword = gated('delete', real.deletePassword);
`;

export async function copyProgram(): Promise<Programs> {
  const directory = await mkdtemp(join(tmpdir(), 'bitbranch-copies-'));
  await chmod(directory, 0o755);
  const [gated, withoutKeytar] = [join(directory, 'gated'), join(directory, 'without')];
  for (const copy of [gated, withoutKeytar]) {
    await cp(dirname(builtProgram), copy, { recursive: true });
  }
  const keytar = join(gated, 'node_modules', 'keytar');
  await mkdir(keytar, { recursive: true });
  await writeFile(join(keytar, 'index.js'), gatedKeytar);
  return {
    gated: join(gated, 'main.cjs'),
    withoutKeytar: join(withoutKeytar, 'main.cjs'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
