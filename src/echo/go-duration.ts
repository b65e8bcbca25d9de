const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 }

/** Go's duration text in milliseconds: `1.5s`, `2m30s`, `0`. Undefined where it is none. */
export const parseGoDuration = (text: string): number | undefined => {
  if (text === '0') return 0
  if (!/^(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, number, , unit] of text.matchAll(/(\d+(\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(number) * (UNITS[unit ?? ''] ?? 0)
  }
  return total
}
