const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** A number of octets for people: `0 B`, `12.3 MB`. */
export const sizeText = (octets: number): string => {
  let unit = 0
  let amount = octets
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000
    unit++
  }
  return `${amount >= 100 || unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`
}
