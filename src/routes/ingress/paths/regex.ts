import { RE2JS } from 're2js'

/** Why a text is no regular expression of RE2, in RE2's words; undefined where it is one. */
export const regexProblem = (text: string): string | undefined => {
  try {
    RE2JS.compile(text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** How many groups a regular expression has. */
export const groupCount = (text: string): number => RE2JS.compile(text).groupCount()
