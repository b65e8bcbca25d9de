import { type ParseResult, parseSync } from 'oxc-parser'

/** What a file says: its imports and exports as `module`, all of it as `program`, which is made where it is asked for. */
export type Syntax = Pick<ParseResult, 'module' | 'program'>

/**
 * What a TypeScript file says.
 * @throws Error, which names the file, where it is no TypeScript
 */
export const parse = (path: string, text: string): Syntax => {
  const result = parseSync(path, text, { preserveParens: false })
  const [error] = result.errors
  if (error) throw new Error(`${path}: ${error.message}`)
  return result
}
