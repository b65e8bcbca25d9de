/** A number as Go's `%v` prints a float64: `1e+06` and `1e-05`, where JavaScript writes the zeros out. */
export const goFloat = (value: number): string => {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
