import type { KeychainCaller } from './helper-process.ts';
import { helperEnded } from './keychain-failure.ts';
import { answer, type KeychainMessage } from './keytar.ts';

/** Calls keytar in this process: much sooner than a helper would, but a call that hangs can't be ended. */
export function createOwnCaller(): KeychainCaller {
  let messages: AsyncIterator<KeychainMessage> | undefined;
  let isCalling = false;
  return {
    send: (request) => {
      messages = answer(request);
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
