const UNRESERVED = /[-._~0-9A-Za-z]/

/**
 * A path as requests have theirs when it is matched: what need not be written as `%41` is not, the others are in upper
 * case, and what may not stand in a path is written so.
 */
export const normalPath = (text: string): string =>
  text.toWellFormed().replace(/%[0-9a-f]{2}|[^!-~]/giu, (part) => {
    if (part.length !== 3 || !part.startsWith('%')) return encodeURIComponent(part)
    const letter = String.fromCharCode(Number.parseInt(part.slice(1), 16))
    return UNRESERVED.test(letter) ? letter : part.toUpperCase()
  })
