import type { Server, Socket } from 'node:net';

/**
 * Keeps at most `limit` connections: a new one takes the place of the oldest, because refusing it would let idle connections
 * keep the browser out. One without a time-out is held on purpose and stays.
 */
export function limitConnections(server: Server, limit: number): void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size <= limit) return;
    for (const oldest of open) {
      if (oldest.timeout === 0) continue;
      open.delete(oldest);
      oldest.destroy();
      return;
    }
  });
}
