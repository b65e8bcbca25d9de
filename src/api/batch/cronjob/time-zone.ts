const FORM = /^[A-Za-z.\-_0-9+]{1,14}$/
const unknown = (name: string): string => `unknown time zone ${name}`

/** What is wrong with the name of a time zone, in the words of Kubernetes; undefined: nothing. */
export const timeZoneProblem = (name: string): string | undefined => {
  if (name === '') return 'timeZone must be nil or non-empty string'
  for (const part of name.split('/'))
    if (part === '.' || part === '..' || part.startsWith('-') || !FORM.test(part)) return unknown(name)
  if (name.toLowerCase() === 'local')
    return 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
  return isZone(name) ? undefined : unknown(name)
}

/** A name of the tz database, in its own spelling: JavaScript alone reads all of them, and offsets, in any case. */
const isZone = (name: string): boolean => {
  if (/^[+-]/.test(name)) return false
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions()
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase()
  } catch {
    return false
  }
}
