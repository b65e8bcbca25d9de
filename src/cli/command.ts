import { type ParseArgsConfig, parseArgs } from 'node:util'
import { nearest, unlikeness } from '#explain/cluster/nearest.ts'
import { CliError } from './cli-error.ts'

/** One flag. `value` names what follows it in the help; without, the flag is a switch. */
export interface Flag {
  readonly value?: string
  readonly short?: string
  readonly default?: string
  readonly help: string
  /** It may be said several times, and each time counts: `Invocation.lists`. */
  readonly repeats?: true
  /** Words that completion offers. */
  readonly choices?: readonly string[]
}

export interface Io {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** A person watches standard error: progress may be shown. */
  readonly terminal: boolean
  readonly environment: NodeJS.ProcessEnv
}

export interface Invocation {
  /** What stands for the verb's argument; its default, or '' where the verb has none. */
  readonly argument: string
  /** The words of a verb that takes several, and those behind `--`; none of any other verb. */
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly switches: Readonly<Record<string, boolean>>
  /** Of flags that may be said several times: all that was said, in its order. */
  readonly lists: Readonly<Record<string, readonly string[]>>
  /** The flags and switches that were said, not left to their defaults. */
  readonly given: ReadonlySet<string>
  readonly io: Io
}

export interface Command {
  readonly name: string
  /**
   * A word without a flag that the verb takes: one of `choices`, or the value of `flag`, said without its name; or several
   * words, at least and at most so many.
   */
  readonly argument?:
    | { readonly name: string; readonly words: readonly [least: number, most: number]; readonly help: string }
    | { readonly name: string; readonly default: string; readonly choices: readonly string[]; readonly help: string }
    | { readonly name: string; readonly flag: string; readonly help: string }
  readonly summary: string
  readonly description: string
  readonly flags: Readonly<Record<string, Flag>>
  readonly examples: readonly string[]
  /** Gives the exit status. */
  run(invocation: Invocation): Promise<number>
}

export const nameFlag: Flag = { value: 'NAME', default: 'fairlead', help: 'name of the cluster' }
/** Of verbs that only look: without a name they follow kubectl. */
export const shownNameFlag: Flag = {
  value: 'NAME',
  help: 'name of the cluster; else the one that is kubectl’s current context, else fairlead',
}
export const quietFlag: Flag = { short: 'q', help: 'say nothing where all goes well' }
/** `fairlead down ci` for `fairlead down --name ci`. */
export const nameArgument = { name: 'NAME', flag: 'name', help: 'name of the cluster, as --name has it' } as const
export const outputFlag: Flag = { value: 'FORMAT', short: 'o', help: 'print JSON for programs', choices: ['json'] }

/** Reads the words behind a verb. Throws CliError USAGE, which names the word and the way out. */
export const parseInvocation = (command: Command, words: readonly string[], io: Io): Invocation => {
  const options: NonNullable<ParseArgsConfig['options']> = {}
  for (const [name, flag] of Object.entries(command.flags))
    options[name] = {
      ...(flag.value === undefined ? { type: 'boolean' } : { type: 'string', multiple: true }),
      ...(flag.short && { short: flag.short }),
    }
  const parsed = ((): ReturnType<typeof parseArgs> => {
    try {
      return parseArgs({ args: [...words], options, strict: true, allowPositionals: command.argument !== undefined })
    } catch (error) {
      const message = faultOf(error as Error)
      const [, flag, unknown] = /^Unknown option '(--?([^'=]+))/.exec(message) ?? []
      const meant = unknown === undefined ? [] : meantBy(unknown, [...Object.keys(command.flags), 'help'])
      throw new CliError('USAGE', `${command.name}: ${flag === undefined ? message : `there is no flag ${flag}`}`, {
        hint: `${meant.map((one) => `did you mean --${one}? `).join('')}fairlead help ${command.name} lists the flags`,
        cause: error,
      })
    }
  })()
  const behind = words.includes('--') ? words.length - words.indexOf('--') - 1 : 0
  const several = wordsOf(command, parsed.positionals, parsed.positionals.length - behind)
  const [word, surplus] = several === undefined ? parsed.positionals : []
  const argument = argumentOf(command, word, surplus)
  const flags: Record<string, string | undefined> = {}
  const switches: Record<string, boolean> = {}
  const lists: Record<string, readonly string[]> = {}
  for (const [name, flag] of Object.entries(command.flags)) {
    if (flag.value === undefined) {
      switches[name] = parsed.values[name] === true
      continue
    }
    if (flag.repeats) {
      lists[name] = (parsed.values[name] as readonly string[] | undefined) ?? []
      continue
    }
    const value = saidOnce(command.name, name, flag.value, parsed.values[name] as readonly string[] | undefined)
    const plain = command.argument && 'flag' in command.argument && command.argument.flag === name ? word : undefined
    if ((value ?? plain) === '')
      throw new CliError('USAGE', `${command.name}: --${name} is empty`, {
        hint: `give it a value (a variable of the shell may be unset), or leave --${name} out`,
      })
    if (plain !== undefined && value !== undefined && value !== plain)
      throw new CliError('USAGE', `${command.name}: is it '${plain}', or --${name} ${value}?`, {
        hint: 'give one of them',
      })
    flags[name] = value ?? plain ?? flag.default
    if (flag.choices && flags[name] !== undefined && !flag.choices.includes(flags[name]))
      throw new CliError(
        'USAGE',
        `${command.name}: --${name} is ${flags[name]}, but may be: ${flag.choices.join(', ')}${didYouMean(flags[name], flag.choices)}`,
      )
  }
  const given = new Set(Object.keys(parsed.values))
  if (word !== undefined && command.argument && 'flag' in command.argument) given.add(command.argument.flag)
  return { argument, words: several ?? [], flags, switches, lists, given, io }
}

/** A flag's value; of one that takes a list, all that were given, in one list. Throws CliError USAGE where two of another differ. */
const saidOnce = (
  verb: string,
  name: string,
  value: string,
  given: readonly string[] | undefined,
): string | undefined => {
  if (given === undefined || given.length < 2) return given?.[0]
  const empty = given.find((one) => one === '')
  if (value.endsWith(',…')) return empty ?? given.join(',')
  const second = given.find((one) => one !== given[0])
  if (second === undefined) return given[0]
  throw new CliError('USAGE', `${verb}: is it --${name} ${given[0]}, or --${name} ${second}?`, {
    hint: 'give one of them',
  })
}

/** What Node.js has to say of a word, in one line. */
const faultOf = ({ message }: Error): string => {
  const dashed = / argument is ambiguous[\s\S]* use '--([^=]+)=/.exec(message)?.[1]
  return dashed === undefined
    ? message.split('. ')[0]!
    : `--${dashed} lacks its value; one that starts with a dash is written --${dashed}=-VALUE`
}

/** So unlike at the most is a word that was mistyped, in parts of the longer one. */
const MISTYPED = 0.5

/** The word that was meant, where one is near or begins with it: of few words, one is always the least far. */
const meantBy = (word: string, words: readonly string[]): readonly string[] =>
  nearest(word, words, 1).filter((one) => one.startsWith(word) || unlikeness(word, one) <= MISTYPED)

/** `; did you mean X?`, or nothing where no word is near. */
export const didYouMean = (word: string, words: readonly string[]): string =>
  meantBy(word, words)
    .map((one) => `; did you mean ${one}?`)
    .join('')

/** The words of a verb that takes several, `own` of them before `--`; undefined of any other. Throws CliError USAGE. */
const wordsOf = ({ name, argument }: Command, words: readonly string[], own: number): readonly string[] | undefined => {
  if (argument === undefined || !('words' in argument)) return undefined
  const [least, most] = argument.words
  if (words.slice(0, own).includes(''))
    throw new CliError('USAGE', `${name}: a word is empty; a variable of the shell may be unset`)
  if (words.length < least)
    throw new CliError('USAGE', `${name}: it takes ${argument.name}`, { hint: `fairlead help ${name} has examples` })
  if (words.length > most)
    throw new CliError('USAGE', `${name}: '${words[most]}' is not understood; it takes ${argument.name}`)
  return words
}

/** What stands for the verb's argument. Throws CliError USAGE. */
const argumentOf = ({ name, argument }: Command, word: string | undefined, surplus: string | undefined): string => {
  if (argument === undefined || 'words' in argument) return ''
  const choices = 'choices' in argument ? argument.choices : undefined
  const given = word ?? ('choices' in argument ? argument.default : '')
  if (surplus === undefined && (choices === undefined || choices.includes(given))) return given
  const takes = choices === undefined ? `at most one ${argument.name}` : `one of: ${choices.join(', ')}`
  throw new CliError('USAGE', `${name}: '${surplus ?? given}' is not understood; it takes ${takes}`)
}

/** What `fairlead help VERB` prints: usage, what it does, flags with their defaults, examples. */
export const helpOf = (command: Command): string => {
  const rows = Object.entries(command.flags).map(([name, flag]) => {
    const left = `  ${flag.short ? `-${flag.short}, ` : ''}--${name}${flag.value ? ` ${flag.choices?.join('|') ?? flag.value}` : ''}`
    return { left, right: `${flag.help}${flag.default ? ` (${flag.default})` : ''}` }
  })
  const width = Math.max(0, ...rows.map(({ left }) => left.length)) + 2
  const flags =
    rows.length > 0 ? `\nFlags:\n${rows.map(({ left, right }) => `${left.padEnd(width)}${right}`).join('\n')}\n` : ''
  const examples =
    command.examples.length > 0 ? `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}\n` : ''
  const { argument } = command
  const words = argument && ('choices' in argument ? argument.choices.join('|') : argument.name)
  const shown = argument && 'words' in argument ? ` ${words}` : words ? ` [${words}]` : ''
  const usage = `Usage: fairlead ${command.name}${shown}${rows.length > 0 ? ' [flags]' : ''}`
  const standard = argument && 'choices' in argument ? ` (${argument.default})` : ''
  const word = argument ? `\n${argument.name}: ${argument.help}${standard}\n` : ''
  return `fairlead ${command.name}: ${command.summary}\n\n${usage}\n\n${command.description}\n${word}${flags}${examples}`
}
