import * as v from 'valibot';
import { protocols } from './credential.ts';
import { storeNames } from './credential-store.ts';
import type { AccountSettings, HostSettings, Settings } from './settings.ts';

/** Loose: what a later version adds to an object without changing its meaning is kept. */
const accountSchema: v.GenericSchema<unknown, AccountSettings> = v.looseObject({
  displayName: v.nullable(v.string()),
  protocol: v.picklist(protocols),
  store: v.picklist(['keychain', 'file']),
  signedInAt: v.string(),
  leaving: v.exactOptional(v.literal(true)),
});

const hostSchema: v.GenericSchema<unknown, HostSettings> = v.looseObject({
  kind: v.picklist(['cloud', 'datacenter']),
  consumerKey: v.exactOptional(v.string()),
  otherConsumerKeys: v.exactOptional(v.array(v.string())),
  protocol: v.exactOptional(v.picklist(protocols)),
  callbackPort: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))),
  accounts: mapOf(accountSchema),
  pendingIn: v.exactOptional(v.picklist(storeNames)),
  lastAccount: v.exactOptional(v.string()),
  repositories: v.exactOptional(v.array(v.string())),
});

const settingsSchema: v.GenericSchema<unknown, Settings> = v.looseObject({
  version: v.literal(1),
  hosts: mapOf(hostSchema),
});

const anyVersion = v.looseObject({ version: v.pipe(v.number(), v.minValue(1)) });

/** Why a text is no settings file that this version can work with. */
export class SettingsFormatError extends Error {
  readonly isNewer: boolean;

  constructor(message: string, isNewer = false) {
    super(message);
    this.isNewer = isNewer;
  }
}

/** @throws {SettingsFormatError} */
export function parseSettings(text: string): Settings {
  const json = parseJson(text);
  if (v.is(anyVersion, json) && json.version > 1) {
    throw new SettingsFormatError(`its version is ${json.version}`, true);
  }
  const parsed = v.safeParse(settingsSchema, json);
  if (!parsed.success) throw new SettingsFormatError(describe(parsed.issues[0]));
  return parsed.output;
}

export function formatSettings(settings: Settings): string {
  return `${JSON.stringify(settings, null, 2)}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SettingsFormatError('it is not JSON');
  }
}

/**
 * A map whose keys are data: an account may be called `constructor` or `__proto__`. Valibot's own `record` drops such keys,
 * and the map has no prototype, so that one who is not in it is not found in it either.
 */
function mapOf<T>(valueSchema: v.GenericSchema<unknown, T>) {
  return v.pipe(
    v.custom<object>(
      (input) => typeof input === 'object' && input !== null && !Array.isArray(input),
      'no object',
    ),
    v.transform((map) => Object.entries(map)),
    v.array(v.tuple([v.string(), valueSchema])),
    v.transform(
      (entries): Record<string, T> =>
        Object.assign(Object.create(null), Object.fromEntries(entries)),
    ),
  );
}

function describe(issue: v.BaseIssue<unknown>): string {
  const names = (issue.path ?? []).map(({ key }) => key).filter((key) => typeof key === 'string');
  return `"${names.join('.') || 'its content'}" is wrong: ${issue.message}`;
}
