import { BitbranchError } from '../errors.ts';

/**
 * Aborted by the first SIGINT or SIGTERM, with the BitbranchError to end with as its reason, so that everything under way can
 * clean up. The second signal ends the process at once.
 */
export function watchInterrupts(): AbortSignal {
  const controller = new AbortController();
  const reasons = {
    SIGINT: new BitbranchError('interrupted', 'Stopped by Ctrl-C.'),
    SIGTERM: new BitbranchError('terminated', 'Stopped by SIGTERM.'),
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!controller.signal.aborted) return controller.abort(reasons[signal]);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  }
  return controller.signal;
}
