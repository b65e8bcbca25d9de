/** What a word of an expression is. */
export type TokenKind = 'identifier' | 'escaped' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'symbol' | 'end'

/** A word of an expression. `at` counts code points. */
export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: number
}
