import { FlagError } from './flags.ts'

/** `--name=value`, `--name value`, and a bare `--name` for a flag that is true or false; and the words beside them. Throws FlagError. */
export const flagsOf = <T extends Readonly<Record<string, string>>>(
  verb: string,
  args: readonly string[],
  defaults: T,
): { readonly flags: T; readonly words: readonly string[] } => {
  const flags: Record<string, string> = { ...defaults }
  const words: string[] = []
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!
    if (!word.startsWith('--')) {
      words.push(word)
      continue
    }
    const [option = '', inline] = word.slice(2).split(/=(.*)/s)
    if (!Object.hasOwn(defaults, option))
      throw new FlagError(
        `${verb}: unknown flag --${option}: known are ${Object.keys(defaults)
          .map((name) => `--${name}`)
          .join(', ')}`,
      )
    const isSwitch = defaults[option] === 'true' || defaults[option] === 'false'
    flags[option] = inline ?? (isSwitch ? 'true' : (args[++at] ?? ''))
    if (isSwitch && flags[option] !== 'true' && flags[option] !== 'false')
      throw new FlagError(`${verb}: --${option}=${flags[option]} is neither true nor false`)
  }
  return { flags: flags as T, words }
}
