import type { TestContext } from 'node:test';
import { withKeychain } from './keychain.ts';
import { startProgram } from './program.ts';

/** A keychain session beside that of the test run, to be stopped or locked. */
export async function startKeychain(t: TestContext, ...flags: readonly string[]) {
  const report = 'echo "$DBUS_SESSION_BUS_ADDRESS $XDG_RUNTIME_DIR $SECRET_SERVICE_PID"; exec cat';
  const session = startProgram(t, [withKeychain, ...flags, 'sh', '-c', report], {
    env: { PATH: process.env['PATH'] ?? '' },
  });
  const [, bus = '', runtimeDirectory = '', pid] = await session.printed(/^(\S+) (\S+) (\d+)\n/);
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: bus, XDG_RUNTIME_DIR: runtimeDirectory },
    daemonPid: Number(pid),
  };
}
