// The helper process, which calls keytar: a call can hang for ever, and then only a signal that can't be caught ends its
// process. Requests come as lines of JSON on stdin, messages go as lines of JSON to stdout. It ends with
// its stdin, which is when its parent closes it or dies.
import { read, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { answer, type KeychainRequest, loadKeytar } from './keytar.ts';

// Loaded while the first request is still on its way.
void loadKeytar();

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
    for (const line of lines) void respond(JSON.parse(line));
    readRequests();
  });
}

async function respond(request: KeychainRequest): Promise<void> {
  for await (const message of answer(request)) writeSync(1, `${JSON.stringify(message)}\n`);
}
