// The helper process, the only place that calls keytar: a call can hang for ever, and then only a signal that can't be
// caught ends its process. Requests come as lines of JSON on stdin, messages go as lines of JSON to stdout. It ends with
// its stdin, which is when its parent closes it or dies.
import { read, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

export type KeychainRequest =
  | { readonly action: 'get' | 'delete'; readonly service: string; readonly account: string }
  | {
      readonly action: 'set';
      readonly service: string;
      readonly account: string;
      readonly secret: string;
    };

export type KeychainMessage =
  /** The keychain is being called from now on. */
  | { readonly type: 'calling' }
  | { readonly type: 'result'; readonly result: string | boolean | null }
  | KeychainFailure;

export interface KeychainFailure {
  readonly type: 'failure';
  /** Whether keytar could not be loaded, or its call failed. */
  readonly stage: 'load' | 'call';
  /** What keytar or the loader said; it never holds a secret. */
  readonly message: string;
}

type Keytar = typeof import('keytar');

// Loaded while the first request is still on its way.
const loading: Promise<Keytar | Error> = import('keytar').then(
  (module) => module.default,
  loadError,
);

// Ctrl-C and `timeout` reach the whole process group; whether to go on is the parent's decision.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});

const decoder = new StringDecoder('utf8');
const chunk = Buffer.alloc(65_536);
let received = '';
readRequests();

/** Reads by `fs`, because `process.stdin` takes milliseconds to set up. */
function readRequests(): void {
  read(0, chunk, 0, chunk.length, null, (error, length) => {
    // A signal, because `process.exit()` would wait for a call that hangs.
    if (error || length === 0) return void process.kill(process.pid, 'SIGKILL');
    const lines = (received + decoder.write(chunk.subarray(0, length))).split('\n');
    received = lines.pop() ?? '';
    for (const line of lines) void answer(JSON.parse(line));
    readRequests();
  });
}

async function answer(request: KeychainRequest): Promise<void> {
  const keytar = await loading;
  if (keytar instanceof Error) return fail('load', keytar);
  send({ type: 'calling' });
  try {
    send({ type: 'result', result: await call(keytar, request) });
  } catch (error) {
    fail('call', error);
  }
}

async function call(keytar: Keytar, request: KeychainRequest): Promise<string | boolean | null> {
  const { action, service, account } = request;
  switch (action) {
    case 'get':
      return await keytar.getPassword(service, account);
    case 'set':
      await keytar.setPassword(service, account, request.secret);
      return null;
    case 'delete':
      return await keytar.deletePassword(service, account);
  }
}

/** keytar swallows the reason why its binary can't be loaded, so that the binary is loaded once more by itself. */
async function loadError(error: unknown): Promise<Error> {
  const { createRequire } = await import('node:module');
  const require = createRequire(process.argv[1] ?? '');
  try {
    require(`keytar/prebuilds/${process.platform}-${process.arch}/keytar.node`);
  } catch (reason) {
    if (reason instanceof Error) return reason;
  }
  return error instanceof Error ? error : new Error(String(error));
}

function fail(stage: KeychainFailure['stage'], error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  send({ type: 'failure', stage, message });
}

function send(message: KeychainMessage): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}
