// Loaded by --require: a computer whose clock is CLOCK_SHIFT_MS milliseconds off.
const RealDate = Date;
const shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0);

globalThis.Date = class extends RealDate {
  constructor(...values) {
    super(...(values.length === 0 ? [RealDate.now() + shiftMs] : values));
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
};
