import { CliError } from './cli-error.ts'

/** Reads `10s`, `1m30s`, `1m`; `what` names the verb and the flag. Throws CliError USAGE. */
export const secondsOf = (what: string, text: string): number => {
  const [whole, minutes = '0', rest = '0'] = /^(?:(\d{1,4})m)?(?:(\d{1,5})s)?$/.exec(text) ?? []
  if (!whole) throw new CliError('USAGE', `${what} is '${text}', but must be a time: 10s, 1m, 1m30s`)
  return Number(minutes) * 60 + Number(rest)
}
