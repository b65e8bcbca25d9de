import type { Cure } from '../trace/cure.ts'

/** A word as a POSIX shell reads it back. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** A cure as a line that can be typed as it stands: what it reads is written before it. */
export const cureLine = ({ argv, input }: Pick<Cure, 'argv' | 'input'>): string =>
  input === undefined ? commandLine(argv) : `echo ${shellWord(input)} | ${commandLine(argv)}`

/** `argv` as a line that can be typed as it stands. */
export const commandLine = (argv: readonly string[]): string => argv.map(shellWord).join(' ')
