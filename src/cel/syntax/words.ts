import { tokensOf } from './lexer.ts'
import type { SourceProblem } from './source-error.ts'
import type { Token } from './token.ts'

/** Words that are no names. */
export const KEYWORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])

/** Where parsing ends, since what follows can no longer be understood. */
export class SyntaxProblem extends Error {
  readonly code = 'CEL_SYNTAX'
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.name = 'SyntaxProblem'
    this.at = at
  }
}

/** The words of an expression, one after the other, and what is wrong with it. */
export class Words {
  readonly #tokens: readonly Token[]
  readonly problems: SourceProblem[]
  #next = 0

  constructor(source: string) {
    const { tokens, problems } = tokensOf(source)
    this.#tokens = tokens
    this.problems = [...problems]
  }

  /** The next, or one of those that follow it. */
  peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? this.#tokens.at(-1)!
  }

  skip(count = 1): Token {
    const token = this.peek()
    this.#next += count
    return token
  }

  is(text: string, ahead = 0): boolean {
    const { kind, text: found } = this.peek(ahead)
    return found === text && (kind === 'symbol' || (kind === 'identifier' && KEYWORDS.has(text)))
  }

  /** Takes a symbol if it is the next. */
  take(text: string): Token | undefined {
    return this.is(text) ? this.skip() : undefined
  }

  /** Takes a symbol. Throws SyntaxProblem where it is not the next. */
  expect(text: string): Token {
    return this.take(text) ?? this.unexpected(`'${text}'`)
  }

  unexpected(expecting: string): never {
    const { text, at } = this.peek()
    throw new SyntaxProblem(at, `Syntax error: mismatched input '${text}' expecting ${expecting}`)
  }
}
