import type { KeychainCaller } from './helper-process.ts';
import { helperEnded } from './keychain-failure.ts';
import type { KeychainMessage, KeychainRequest } from './keytar.ts';

/** Calls keytar in this process: much sooner than a helper would, but a call that hangs can't be ended. */
export function createOwnCaller(): KeychainCaller {
  let messages: AsyncIterator<KeychainMessage> | undefined;
  let isCalling = false;
  return {
    send: (request) => {
      messages = answerHere(request);
    },
    nextMessage: async () => {
      isCalling = true;
      const next = await messages?.next();
      isCalling = false;
      if (next === undefined || next.done) throw helperEnded('no answer');
      return next.value;
    },
    end: () => !isCalling,
  };
}

/** Loaded when first needed. */
async function* answerHere(request: KeychainRequest): AsyncGenerator<KeychainMessage, void> {
  const { answer } = await import('./keytar.ts');
  yield* answer(request);
}
