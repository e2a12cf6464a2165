import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawResponse {
  /** Null where the connection ended without an HTTP answer. */
  readonly status: number | null;
  /** Everything that came, head and body, as Latin-1. */
  readonly text: string;
  /** The value of a header field, by its lower-case name. */
  header(name: string): string | undefined;
}

/** A connection that is open and has sent nothing yet. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  // A server may reset a connection whose bytes it refuses to read; what it said before is what counts.
  socket.on('error', () => undefined);
  return socket;
}

/** Sends exactly these bytes on a connection of their own and resolves once the server has ended it. */
export async function exchange(port: number, bytes: string): Promise<RawResponse> {
  const socket = await openSocket(port);
  socket.write(bytes, 'latin1');
  return readResponse(socket);
}

/** Reads until the server ends the connection. */
export async function readResponse(socket: Socket): Promise<RawResponse> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  const text = Buffer.concat(chunks).toString('latin1');
  const [head = ''] = text.split('\r\n\r\n', 1);
  const [statusLine = '', ...fields] = head.split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1];
  const headers = new Map(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  return {
    status: status === undefined ? null : Number(status),
    text,
    header: (name) => headers.get(name),
  };
}
