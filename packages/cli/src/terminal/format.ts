/**
 * A number with as many digits as mean something: `digits` significant ones, no exponent between 10⁻⁴ and 10⁹.
 *
 * @example
 * formatNumber(3.04567); // '3.046'
 * formatNumber(123456.7); // '123457'
 */
export function formatNumber(value: number, options: { readonly digits?: number } = {}): string {
  const digits = options.digits ?? 4;
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e9) return Number(value.toPrecision(digits)).toExponential();
  if (Number.isInteger(value)) return String(value);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals);
}

/** An integer with commas between thousands: `27,610`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * A mean with its standard error, rounded to two digits of the error.
 *
 * @example
 * formatUncertain(3.04567, 0.0345); // '3.046 ± 0.035'
 */
export function formatUncertain(mean: number, standardError: number): string {
  if (!Number.isFinite(standardError) || standardError <= 0) return formatNumber(mean);
  const decimals = Math.min(9, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
  return `${mean.toFixed(decimals)} ± ${standardError.toFixed(decimals)}`;
}

/** A duration in the two units that matter: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`, `3 d 04 h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '?';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(whole, 60, ['min', 's']);
  if (whole < 86_400) return pair(Math.round(seconds / 60), 60, ['h', 'min']);
  return pair(Math.round(seconds / 3600), 24, ['d', 'h']);
}

function pair(amount: number, per: number, [large, small]: readonly [string, string]): string {
  return `${Math.floor(amount / per)} ${large} ${String(amount % per).padStart(2, '0')} ${small}`;
}

/** A number of bytes in powers of 1,000: `512 B`, `73.7 kB`, `1.84 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  // 999.5 would be rounded to 1000 of the smaller unit.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`;
}
