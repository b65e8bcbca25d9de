import type { SourceProblem } from './source-error.ts'
import type { Token, TokenKind } from './token.ts'

const ESCAPE = String.raw`\\(?:[abfnrtv"'\\?\x60]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`
const STRING = [
  String.raw`[rR]"""[\s\S]*?"""`,
  String.raw`[rR]'''[\s\S]*?'''`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
  String.raw`"""(?:${ESCAPE}|[^\\])*?"""`,
  String.raw`'''(?:${ESCAPE}|[^\\])*?'''`,
  String.raw`"(?:${ESCAPE}|[^\\"\n\r])*"`,
  String.raw`'(?:${ESCAPE}|[^\\'\n\r])*'`,
].join('|')

/** In the order in which they are tried. */
const RULES: readonly (readonly [kind: TokenKind | 'blank', rule: RegExp])[] = [
  ['blank', /[\t \r\n\f]+|\/\/[^\n]*/uy],
  ['bytes', new RegExp(`[bB](?:${STRING})`, 'uy')],
  ['string', new RegExp(STRING, 'uy')],
  ['double', /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?/uy],
  ['uint', /(?:0x[0-9a-fA-F]+|\d+)[uU]/uy],
  ['int', /0x[0-9a-fA-F]+|\d+/uy],
  ['identifier', /[A-Za-z_][A-Za-z0-9_]*/uy],
  ['escaped', /`[A-Za-z0-9_.\-/ ]+`/uy],
  ['symbol', /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/uy],
]

interface Lexed {
  readonly tokens: readonly Token[]
  readonly problems: readonly SourceProblem[]
}

/** The words of an expression; what is none is told of and passed over. */
export const tokensOf = (source: string): Lexed => {
  const tokens: Token[] = []
  const problems: SourceProblem[] = []
  let [index, at] = [0, 0]
  const take = (text: string): void => {
    index += text.length
    at += [...text].length
  }
  while (index < source.length) {
    const found = match(source, index)
    if (found === undefined) {
      const [point = '', next = ''] = [...source.slice(index, index + 4)]
      // Of two letters, the first may begin a word: `=`, `&` and `|`.
      const text = '=&|'.includes(point) ? point + next : point
      problems.push({ at, message: `Syntax error: token recognition error at: '${text}'` })
      take(point)
      continue
    }
    const [kind, text] = found
    if (kind !== 'blank') tokens.push({ kind, text, at })
    take(text)
  }
  tokens.push({ kind: 'end', text: '<EOF>', at })
  return { tokens, problems }
}

const match = (source: string, index: number): readonly [TokenKind | 'blank', string] | undefined => {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = index
    const found = rule.exec(source)
    if (found !== null) return [kind, found[0]]
  }
  return undefined
}
