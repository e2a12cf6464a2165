import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Scope } from './program.ts';
import type { Home } from './spawn-cli.ts';

/** A D-Bus that only counts who connects to it: by `env` a program takes it for the session's. */
export async function startWatchedBus(scope: Scope, home: Home) {
  const path = join(home.directory, 'bus');
  let connections = 0;
  const bus = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(path);
  await once(bus, 'listening');
  scope.after(() => bus.close());
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` },
    connections: () => connections,
  };
}
