const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** A resource.Quantity in thousandths (`250m` → 250, `1Gi` → 1024³ · 1000), rounded up. Throws a SyntaxError on other text. */
export const milliValue = (text: string | number | undefined): number => {
  if (text === undefined) return 0
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(text))
  if (!match) throw new SyntaxError(`quantity '${text}': a number with a suffix like m, k, Mi is needed`)
  const scale = match[2] ? 10 ** Number(match[2].slice(1)) : SUFFIXES[match[3] ?? '']!
  // 0.1 * 1000 is 100.00000000000001 for some inputs: what is a millionth off is the same number.
  return Math.ceil(Number(match[1]) * scale * 1000 - 1e-6)
}
