// Kubernetes' rand.SafeEncodeString: no vowels and no look-alikes, so that no hash spells a word.
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** A number as letters and digits, for names. */
export const safeText = (number: number): string =>
  [...String(number)].map((digit) => LETTERS[digit.charCodeAt(0) % LETTERS.length]).join('')
