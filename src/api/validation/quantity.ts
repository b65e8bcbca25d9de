const SUFFIXES: { readonly [suffix: string]: number } = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
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

/**
 * The amount that a Kubernetes quantity says, for comparisons: `100m` is 0.1, `64Mi` is 67108864.
 *
 * @returns undefined when the text is no quantity
 */
export const quantityValue = (text: string | number): number | undefined => {
  const match = /^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([eE][+-]?[0-9]+)|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]))?$/.exec(
    `${text}`,
  )
  if (!match) return undefined
  return match[2] ? Number(`${match[1]}${match[2]}`) : Number(match[1]) * SUFFIXES[match[3] ?? '']!
}
