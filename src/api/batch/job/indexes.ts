/** Both ends belong to it. */
type Interval = readonly [first: number, last: number]

/** What a list of indexes says, or why it says nothing. */
type Reading = { readonly intervals: readonly Interval[] } | { readonly problem: string }

const NUMBER = /^[+-]?\d+$/

/** Reads `1,3-5`: indexes below `completions`, each once, in rising order. Empty: none. */
export const readIndexes = (text: string, completions: number): Reading => {
  const intervals: Interval[] = []
  if (text === '') return { intervals }
  let last: number | undefined
  for (const part of text.split(',')) {
    const interval = readInterval(part, completions)
    if (typeof interval === 'string') return { problem: interval }
    if (last !== undefined && last >= interval[0]) return { problem: notRising(last, interval[0]) }
    intervals.push(interval)
    last = interval[1]
  }
  return { intervals }
}

const notRising = (before: number, after: number): string =>
  `non-increasing order, previous: ${before}, current: ${after}`

const readInterval = (text: string, completions: number): Interval | string => {
  const ends = text.split('-')
  if (ends.length > 2)
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`
  const numbers: number[] = []
  for (const end of ends) {
    if (!NUMBER.test(end)) return `cannot convert string to integer for index: ${JSON.stringify(end)}`
    const number = Number(end)
    if (number >= completions) return `too large index: ${JSON.stringify(end)}`
    numbers.push(number)
  }
  const [first, last = first] = numbers as [number, number?]
  return numbers.length > 1 && first >= last ? notRising(first, last) : [first, last]
}

/** How many indexes they are. */
export const countOf = (intervals: readonly Interval[]): number =>
  intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0)

/** The first index that both have. */
export const overlapOf = (some: readonly Interval[], others: readonly Interval[]): number | undefined => {
  for (const [first, last] of some)
    for (const [start, end] of others) if (first <= end && start <= last) return Math.max(first, start)
  return undefined
}
