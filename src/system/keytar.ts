// The only place that calls keytar, by get, set and delete only: what else it offers can crash the process.

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

/** What comes of a request. The call begins when the message after `calling` is asked for; it can hang for ever. */
export async function* answer(request: KeychainRequest): AsyncGenerator<KeychainMessage, void> {
  const keytar = await loadKeytar();
  if (keytar instanceof Error) return yield failure('load', keytar);
  yield { type: 'calling' };
  try {
    yield { type: 'result', result: await call(keytar, request) };
  } catch (error) {
    yield failure('call', error);
  }
}

export async function loadKeytar(): Promise<Keytar | Error> {
  try {
    return (await import('keytar')).default;
  } catch (error) {
    return loadError(error);
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
  const require = createRequire(import.meta.filename);
  try {
    require(`keytar/prebuilds/${process.platform}-${process.arch}/keytar.node`);
  } catch (reason) {
    if (reason instanceof Error) return reason;
  }
  return error instanceof Error ? error : new Error(String(error));
}

function failure(stage: KeychainFailure['stage'], error: unknown): KeychainFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'failure', stage, message };
}
