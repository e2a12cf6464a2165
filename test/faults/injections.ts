import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { runProcess } from '../helpers/keychain.ts';
import { startKeychain } from '../helpers/own-keychain.ts';
import { keychainCredentials } from '../helpers/stored-state.ts';
import { type FaultyExchange, type HostFault, isInKeychain, isPlace } from './faulty-host.ts';
import { mustRun } from './must-run.ts';
import type { World } from './world.ts';

type Injection = (world: World) => unknown;

/** Puts a fault of the table into the world: "FAULT at PLACE", or one that is named as a whole. */
export async function inject(name: string, world: World): Promise<void> {
  const [what = '', place = ''] = name.split(' at ');
  if (isPlace(place)) {
    if (isInKeychain(place)) world.start.env['KEYTAR_GATE'] = world.host.url;
    world.host.break(place, faultOf(what, world));
    return;
  }
  const injection = injections[name];
  if (injection === undefined) throw new Error(`"${name}" is no fault`);
  await injection(world);
}

/** What happens to a request in the place of its answer. */
function faultOf(what: string, world: World): HostFault {
  const [, status] = /^status (\d{3})$/.exec(what) ?? [];
  if (status !== undefined) return answer(Number(status), '');
  const body = bodies[what];
  if (body !== undefined) return answer(200, body);
  const [, signal, late] = /^(SIGINT|SIGTERM|SIGKILL)( after the work)?$/.exec(what) ?? [];
  if (signal !== undefined) return signalling(signal as NodeJS.Signals, late !== undefined, world);
  const fault = hostFaults[what] ?? keychainOrders[what];
  if (fault === undefined) throw new Error(`"${what}" is no fault of a server`);
  return fault;
}

const bodies: Readonly<Record<string, string>> = {
  'a web page': '<!doctype html><title>Proxy</title>',
  'no JSON': 'OK',
  'half a document': '{"values":[{"name":"ma',
  nothing: '',
  'another document': '{"something":"else"}',
};

const answer =
  (status: number, body: string): HostFault =>
  ({ response }) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);

const hostFaults: Readonly<Record<string, HostFault>> = {
  silence: () => {},
  'silence in the header': ({ response }) => response.socket?.write('HTTP/1.1 200 OK\r\nContent-'),
  'silence in the body': ({ response }) => {
    response.writeHead(200, { 'content-length': '99' }).write('{"values":');
  },
  'silence after the work': ({ work }) => work(),
  reset: ({ response }) => response.socket?.resetAndDestroy(),
  'reset in the body': ({ response }) => {
    response.writeHead(200, { 'content-length': '99' }).write('{"values":', () => {
      response.socket?.resetAndDestroy();
    });
  },
  'reset after the work': async ({ work, response }) => {
    await work();
    response.socket?.resetAndDestroy();
  },
  'half-closed connection': ({ response }) => response.socket?.end(),
};

/** What the gate before keytar is told; see faulty-program.ts. */
const keychainOrders: Readonly<Record<string, HostFault>> = {
  failure: ({ response }) => response.end('fail'),
  loss: ({ response }) => response.end('lose'),
  'killed helper': ({ response }) => response.end('kill'),
};

/**
 * The program gets the signal while it waits for an answer. A server keeps that back; the keychain goes on, unless the one
 * that asked it is dead.
 */
function signalling(signal: NodeJS.Signals, isLate: boolean, { start }: World): HostFault {
  let send = () => {};
  start.begun = (program) => {
    send = () => program.kill(signal);
  };
  return async ({ request, work, pass }: FaultyExchange) => {
    if (isLate) await work();
    send();
    send = () => {};
    if (request.url?.startsWith('/keytar/') && signal !== 'SIGKILL') await pass();
  };
}

const injections: Readonly<Record<string, Injection>> = {
  'nothing listens': (world) => refuse(world),
  'no such name': ({ start }) => start.flags.push('--host', 'https://nowhere.invalid'),
  'connection not taken': neverAccept,
  'nobody decides': ({ start }) => {
    start.flags.push('--timeout', '300ms');
    start.decide = async () => {};
  },

  'keytar is missing': ({ start, programs }) => {
    start.program = programs.withoutKeytar;
  },
  'no D-Bus': ({ start }) => {
    start.env['DBUS_SESSION_BUS_ADDRESS'] = undefined;
    start.env['XDG_RUNTIME_DIR'] = undefined;
  },
  'dead D-Bus': ({ start, configDirectory }) => {
    start.env['DBUS_SESSION_BUS_ADDRESS'] = `unix:path=${configDirectory}/gone`;
  },
  'stopped keychain service': ({ home, repairs }) => {
    const pid = Number(home.env['SECRET_SERVICE_PID']);
    process.kill(pid, 'SIGSTOP');
    repairs.push(() => process.kill(pid, 'SIGCONT'));
  },
  'locked keychain': async ({ t, start }) => {
    Object.assign(start.env, (await startKeychain(t, '--locked')).env);
  },
  'damaged item': async ({ home, host }) => {
    const [credential] = await keychainCredentials(host.url);
    const name = credential?.account.name ?? '';
    const item = ['service', `bitbranch:${host.url}`, 'account', name];
    await runProcess(['secret-tool', 'store', '--label=x', ...item], {
      env: home.env,
      stdin: '{"version":1,"record":{"proto',
    });
  },

  'read-only directory': async (world) => {
    await mountOverConfig(world);
    await mustRun('mount', '-o', 'remount,ro', world.configDirectory);
    world.repairs.push(() => mustRun('mount', '-o', 'remount,rw', world.configDirectory));
  },
  'full disk': async (world) => {
    await mountOverConfig(world);
    const { bfree, bsize } = await statfs(world.configDirectory);
    const filler = join(world.configDirectory, 'filler');
    await writeFile(filler, Buffer.alloc(bfree * bsize));
    world.repairs.push(() => rm(filler));
  },
  'settings that are no JSON': (world) => damageSettings(world, () => '{"version": 1, "hos'),
  'settings of another shape': (world) => damageSettings(world, () => '{"version":1,"hosts":[]}'),
  'empty settings': (world) => damageSettings(world, () => ''),
  'newer settings': (world) =>
    damageSettings(world, (text) => text.replace('"version": 1', '"version": 2')),
  'lost settings': (world) => damageSettings(world, () => null),
  'settings of another owner': async ({ start, home, configDirectory, settingsPath }) => {
    for (const path of [home.directory, configDirectory]) await chmod(path, 0o711);
    await chmod(settingsPath, 0o600);
    start.wrapper = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  },
  'settings that all may write': ({ settingsPath }) => chmod(settingsPath, 0o666),
  'directory in place of settings': async (world) => {
    await damageSettings(world, () => null);
    await mkdir(world.settingsPath);
    world.repairs.push(() => rm(world.settingsPath, { recursive: true }));
  },
  'file in place of the directory': async (world) => {
    const aside = `${world.configDirectory}.aside`;
    await rename(world.configDirectory, aside);
    await writeFile(world.configDirectory, '');
    world.repairs.push(async () => {
      await rm(world.configDirectory);
      await rename(aside, world.configDirectory);
    });
  },

  'SIGINT at browser': (world) => signalAtBrowser(world, 'SIGINT'),
  'SIGTERM at browser': (world) => signalAtBrowser(world, 'SIGTERM'),
  'SIGKILL at browser': (world) => signalAtBrowser(world, 'SIGKILL'),
  'stdout without a reader': ({ start }) => {
    start.wrapper = ['sh', '-c', '"$@" 3>&1 >&4 4>&- | :; exit 0', 'sh'];
  },
  'closed stdout': (world) => redirect(world, '>&-'),
  'closed stderr': (world) => redirect(world, '2>&-'),
  'closed stdin': (world) => redirect(world, '<&-'),
  'full stdout': (world) => redirect(world, '>/dev/full'),
  'full stderr': (world) => redirect(world, '2>/dev/full'),

  'clock 10 min ahead': (world) => shiftClock(world, 10 * minuteMs),
  'clock 10 min behind': (world) => shiftClock(world, -10 * minuteMs),
  'clock a day ahead': (world) => shiftClock(world, dayMs),
  'clock a day behind': (world) => shiftClock(world, -dayMs),
  'clock a year ahead': (world) => shiftClock(world, 365 * dayMs),
  'clock a year behind': (world) => shiftClock(world, -365 * dayMs),
  'jump a day ahead under way': (world) => jumpClock(world, dayMs),
  'jump a day back under way': (world) => jumpClock(world, -dayMs),
};

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

async function refuse({ host, repairs }: World): Promise<void> {
  await host.down();
  repairs.push(host.up);
}

/** A stopped process listens, and its queue is full: the system drops whoever else knocks. */
async function neverAccept({ t, host, repairs }: World): Promise<void> {
  await host.down();
  const script = `require('node:net').createServer().listen({ port: ${host.port}, host: '127.0.0.1', backlog: 1 }, () => {
    process.stdout.write('x');
    process.kill(process.pid, 'SIGSTOP');
  })`;
  const listener = spawn(process.execPath, ['--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => listener.kill('SIGKILL'));
  await once(listener.stdout, 'data');
  for (let queued = 0; queued < 2; queued += 1) {
    const socket = connect(host.port, '127.0.0.1').on('error', () => {});
    t.after(() => socket.destroy());
    await once(socket, 'connect');
  }
  repairs.push(async () => {
    listener.kill('SIGKILL');
    await once(listener, 'exit');
    await host.up();
  });
}

/** Puts a disk of 64 KiB in the place of the configuration directory, and back again, with the settings that are on it. */
async function mountOverConfig({ configDirectory, settingsPath, repairs }: World): Promise<void> {
  const settings = await readFile(settingsPath);
  await mustRun('mount', '-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', configDirectory);
  repairs.push(async () => {
    const now = await readFile(settingsPath);
    await mustRun('umount', configDirectory);
    await writeFile(settingsPath, now);
  });
  await writeFile(settingsPath, settings, { mode: 0o600 });
}

async function damageSettings(
  { settingsPath, repairs }: World,
  change: (text: string) => string | null,
): Promise<void> {
  const text = await readFile(settingsPath, 'utf8');
  const damaged = change(text);
  await (damaged === null ? rm(settingsPath) : writeFile(settingsPath, damaged));
  repairs.push(async () => {
    const now = await readFile(settingsPath, 'utf8').catch(() => null);
    if (now === damaged) await writeFile(settingsPath, text);
  });
}

function signalAtBrowser({ start }: World, signal: NodeJS.Signals): void {
  start.decide = async (_consentUrl, program) => program.kill(signal);
}

function redirect({ start }: World, redirection: string): void {
  start.wrapper = ['sh', '-c', `exec "$@" ${redirection}`, 'sh'];
}

const preload = (name: string) => `--require ${join(import.meta.dirname, name)}`;

function shiftClock({ start }: World, shiftMs: number): void {
  start.env['NODE_OPTIONS'] = preload('../helpers/shifted-clock.cjs');
  start.env['CLOCK_SHIFT_MS'] = String(shiftMs);
}

/** The clock jumps when the host is asked for tokens, before it answers. */
function jumpClock({ start, host, home }: World, jumpMs: number): void {
  const signal = join(home.directory, 'the-clock-jumps');
  start.env['NODE_OPTIONS'] = preload('jumping-clock.cjs');
  start.env['CLOCK_JUMP_MS'] = String(jumpMs);
  start.env['CLOCK_JUMPS_WITH'] = signal;
  const jump: HostFault = async ({ pass }) => {
    await writeFile(signal, '');
    await pass();
  };
  host.break('tokens of either protocol', jump);
}
