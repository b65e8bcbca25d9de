/** A word as a POSIX shell reads it back. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** `argv` as a line that can be typed as it stands. */
export const commandLine = (argv: readonly string[]): string => argv.map(shellWord).join(' ')
