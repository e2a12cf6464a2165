// Loaded by --require: a computer whose clock is off by CLOCK_JUMP_MS milliseconds once the file CLOCK_JUMPS_WITH exists.
const { existsSync } = require('node:fs');
const RealDate = Date;
const jumpMs = Number(process.env['CLOCK_JUMP_MS'] ?? 0);
const signal = process.env['CLOCK_JUMPS_WITH'] ?? '';
const nowMs = () => RealDate.now() + (existsSync(signal) ? jumpMs : 0);

globalThis.Date = class extends RealDate {
  constructor(...values) {
    super(...(values.length === 0 ? [nowMs()] : values));
  }

  static now() {
    return nowMs();
  }
};
