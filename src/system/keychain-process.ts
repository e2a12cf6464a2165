import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { extname, join } from 'node:path';
import type { Environment } from '../context.ts';
import type { Keychain } from '../credentials/keychain.ts';
import { type KeychainCaller, startHelper } from './helper-process.ts';
import { explainFailure, noAnswer, noBus, slowHelper } from './keychain-failure.ts';
import type { KeychainMessage, KeychainRequest } from './keytar.ts';
import { createOwnCaller } from './own-caller.ts';

export interface KeychainOptions {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** Whether a person is there to unlock the keychain, who needs more time than a program. */
  readonly interactive: boolean;
  /** Called when an interactive call takes so long that the person may have to unlock something. */
  readonly onWaiting: () => void;
  readonly limits?: KeychainLimits;
  /** Whether this process may call the keychain itself, because it can leave a call that hangs; default: a helper does. */
  readonly callsItself?: boolean;
  /** Program and arguments that start the helper. */
  readonly helperCommand?: readonly string[];
}

export interface KeychainLimits {
  /** From the request until the helper calls the keychain; where many processes start at once that takes seconds. */
  readonly startMs: number;
  /** From the call until its result. */
  readonly answerMs: number;
  /** How much more it may take while far more programs want to run than can. */
  readonly crowdedMs?: number;
  /** From the call until `onWaiting`. */
  readonly noticeMs: number;
}

export interface KeychainProcess extends Keychain {
  /** Ends the helper, whatever it is doing. */
  dispose(): void;
  /** Whether a call hangs in this process, which `process.exit()` would then wait for. */
  readonly isHanging: boolean;
}

type Reply = string | boolean | null;

/** The keychain that keytar reaches, by way of a helper process, which can be killed where a call would hang for ever. */
export function createKeychain(options: KeychainOptions): KeychainProcess {
  const { env, onWaiting } = options;
  const command = options.helperCommand ?? defaultHelperCommand();
  const isReachable = options.platform !== 'linux' || hasBus(env);
  let caller: KeychainCaller | null = null;
  let isHanging = false;
  let lastCall: Promise<unknown> = Promise.resolve();

  function running(): KeychainCaller {
    caller ??= options.callsItself && !isHanging ? createOwnCaller() : startHelper(command, env);
    return caller;
  }

  function dispose(): void {
    if (caller?.end() === false) isHanging = true;
    caller = null;
  }

  async function exchange(request: KeychainRequest): Promise<Reply> {
    if (!isReachable) throw noBus();
    const { send, nextMessage } = running();
    const isInteractive = options.interactive;
    const limits = options.limits ?? defaultLimits(isInteractive);
    let notice: NodeJS.Timeout | undefined;
    try {
      send(request);
      let message = await within(limits.startMs, nextMessage(), slowHelper);
      if (message.type === 'calling') {
        if (isInteractive) notice = setTimeout(onWaiting, limits.noticeMs);
        message = await answered(nextMessage(), limits);
      }
      if (message.type === 'result') return message.result;
      throw message.type === 'failure' ? explainFailure(message) : new Error('Called twice.');
    } catch (error) {
      dispose();
      throw error;
    } finally {
      clearTimeout(notice);
    }
  }

  /** One call at a time: one that hangs occupies a thread of the helper. */
  function call(request: KeychainRequest): Promise<Reply> {
    const reply = lastCall.then(() => exchange(request));
    lastCall = reply.catch(() => {});
    return reply;
  }

  return {
    dispose,
    get isHanging() {
      return isHanging;
    },
    prepare: () => {
      if (isReachable) running();
    },
    get: async (service, account) => {
      const secret = await call({ action: 'get', service, account });
      return typeof secret === 'string' ? secret : null;
    },
    set: async (service, account, secret) => {
      if (secret === '' || secret.includes('\0')) {
        throw new TypeError('A secret in the keychain is not empty and has no NUL.');
      }
      await call({ action: 'set', service, account, secret });
    },
    delete: async (service, account) => {
      return (await call({ action: 'delete', service, account })) === true;
    },
  };
}

function defaultLimits(isInteractive: boolean): KeychainLimits {
  const answerMs = isInteractive ? 60_000 : 5_000;
  return { startMs: 60_000, answerMs, crowdedMs: 10_000, noticeMs: 2_000 };
}

/** The answer within its time, or within more where it may well be on its way. */
async function answered(
  answer: Promise<KeychainMessage>,
  { answerMs, crowdedMs = 0 }: KeychainLimits,
): Promise<KeychainMessage> {
  try {
    return await within(answerMs, answer, noAnswer);
  } catch (error) {
    if (crowdedMs === 0 || !isCrowded()) throw error;
    return within(crowdedMs, answer, () => noAnswer(answerMs + crowdedMs));
  }
}

/** Two hundred processes that ask at once keep the Secret Service, and each other, busy for more than five seconds. */
function isCrowded(): boolean {
  const [lastMinute = 0] = loadavg();
  return lastMinute > 4 * availableParallelism();
}

/** The helper lies beside this file, in the sources as in the bundle; sources need the loader that this process has. */
function defaultHelperCommand(): readonly string[] {
  const extension = extname(import.meta.filename);
  const helperPath = join(import.meta.dirname, `keychain-helper${extension}`);
  return extension === '.ts'
    ? [process.execPath, ...process.execArgv, helperPath]
    : [process.execPath, helperPath];
}

/** Whether libsecret could find a D-Bus session, as GLib looks for one. */
function hasBus(env: Environment): boolean {
  if (env['DBUS_SESSION_BUS_ADDRESS'] || env['DISPLAY']) return true;
  return existsSync(join(env['XDG_RUNTIME_DIR'] ?? '', 'bus'));
}

async function within<T>(
  limitMs: number,
  work: Promise<T>,
  late: (limitMs: number) => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    // What arrived in time still counts, even if this process was too busy to look at it.
    timer = setTimeout(() => setImmediate(() => reject(late(limitMs))), limitMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
