/** No double has more digits behind its point that JavaScript writes. */
export const MOST_DIGITS = 100

/** As many digits as JavaScript writes them, but a half goes to the even one of its neighbours, as in Go. */
const rounded = (value: number, digits: number, write: 'toFixed' | 'toExponential'): string => {
  const nearest = value[write](digits)
  const [exact = '', exponent] = value[write](MOST_DIGITS).split('e')
  const kept = exact.length - (MOST_DIGITS - digits)
  if (!/^50*$/.test(exact.slice(kept))) return nearest
  const cut = exact.slice(0, kept).replace(/\.$/, '')
  return /[02468]$/.test(cut) ? cut + (exponent === undefined ? '' : `e${exponent}`) : nearest
}

const special = (value: number): string | undefined => {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? undefined : value > 0 ? '∞' : '-∞'
}

const sign = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '')

/** From here on JavaScript writes exponents; such numbers are whole. */
const HUGE = 1e21

const plain = (value: number, digits: number): string =>
  value < HUGE ? rounded(value, digits, 'toFixed') : BigInt(value) + (digits === 0 ? '' : `.${'0'.repeat(digits)}`)

/** A double with so many digits behind its point, without an exponent. */
export const fixed = (value: number, digits: number): string => sign(value) + plain(Math.abs(value), digits)

/** The same as people write it in English: `1,234.50`. */
export const fixedForPeople = (value: number, digits: number): string => {
  const shown = special(value)
  if (shown !== undefined) return shown
  const [whole = '', ...fraction] = plain(Math.abs(value), digits).split('.')
  return sign(value) + [whole.replace(/\B(?=(?:\d{3})+$)/g, ','), ...fraction].join('.')
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** The same with a power of ten: `1.50 × 10⁰³`. */
export const scientific = (value: number, digits: number): string => {
  const shown = special(value)
  if (shown !== undefined) return shown
  const [mantissa = '', exponent = ''] = rounded(Math.abs(value), digits, 'toExponential').split('e')
  const power = exponent
    .slice(1)
    .padStart(2, '0')
    .replace(/\d/g, (digit) => SUPERSCRIPT[Number(digit)]!)
  return `${sign(value)}${mantissa}\u202f×\u202f10${exponent.startsWith('-') ? '⁻' : ''}${power}`
}
