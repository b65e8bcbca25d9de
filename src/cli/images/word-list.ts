import { CliError } from '../cli-error.ts'

/**
 * A JSON list of words, as a Dockerfile has it, or one word. A line of a shell is neither: Docker would give it to a shell,
 * which the image may not have. Throws CliError USAGE, which writes it as a list.
 */
export const wordList = (flag: string, text: string | undefined): readonly string[] | undefined => {
  if (text === undefined) return undefined
  if (/^[^[\s]\S*$/.test(text)) return [text]
  try {
    const value = JSON.parse(text) as unknown
    if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value
  } catch {
    // Said below.
  }
  const words = text.startsWith('[') ? ['/bin/app', '--port=80'] : text.split(/\s+/).filter(Boolean)
  throw new CliError('USAGE', `image add: --${flag} is '${text}', neither one word nor a list of words`, {
    hint: `write a list as JSON: --${flag} '${JSON.stringify(words)}'`,
  })
}
