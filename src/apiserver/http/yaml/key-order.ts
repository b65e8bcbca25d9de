const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9'
const isLetter = (character: string): boolean => /\p{L}/u.test(character)

/** Where the digits that begin at `at` end. */
const digitsEnd = (text: readonly string[], at: number): number => {
  let end = at
  while (isDigit(text[end])) end++
  return end
}

/** Whether a zero at `at` is one digit of a longer number, and not the first of its own. */
const isInsideNumber = (text: readonly string[], at: number): boolean => {
  for (let before = at - 1; isDigit(text[before]); before--) if (text[before] !== '0') return true
  return false
}

/**
 * The order in which Kubernetes' YAML has the keys of a map: by characters, what is no letter before letters, and
 * numbers by their value (`a2` before `a10`).
 */
export const compareKeys = (one: string, other: string): number => {
  const [a, b] = [[...one], [...other]]
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [x, y] = [a[at]!, b[at]!]
    if (x === y) continue
    const [xIsLetter, yIsLetter] = [isLetter(x), isLetter(y)]
    if (xIsLetter !== yIsLetter) return xIsLetter ? 1 : -1
    if (!xIsLetter) {
      const lead = (x === '0' || y === '0') && isInsideNumber(a, at) ? '1' : '0'
      const [xEnd, yEnd] = [digitsEnd(a, at), digitsEnd(b, at)]
      const number = (text: readonly string[], end: number): bigint => BigInt(lead + text.slice(at, end).join(''))
      const [xNumber, yNumber] = [number(a, xEnd), number(b, yEnd)]
      if (xNumber !== yNumber) return xNumber < yNumber ? -1 : 1
      if (xEnd !== yEnd) return xEnd - yEnd
    }
    return x.codePointAt(0)! - y.codePointAt(0)!
  }
  return a.length - b.length
}
