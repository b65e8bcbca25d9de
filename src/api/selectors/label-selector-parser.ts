import type { LabelOperator, LabelRequirement } from '#objects/label-requirement.ts'
import { SelectorError } from '#objects/selector-error.ts'
import { own } from '#schema/own.ts'

interface Token {
  readonly kind: 'identifier' | 'operator' | ',' | '(' | ')' | 'end'
  readonly text: string
}

const SYMBOL = /[=!(),><]/
// Longer ones first. `===` is `==` and `=`, and the second is then in the wrong place.
const SYMBOLS = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'] as const

const tokens = (text: string): readonly Token[] => {
  const found: Token[] = []
  let at = 0
  while (at < text.length) {
    const character = text[at]!
    if (/[ \t\r\n]/.test(character)) {
      at++
      continue
    }
    const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at))
    if (symbol !== undefined) {
      found.push({ kind: symbol === ',' || symbol === '(' || symbol === ')' ? symbol : 'operator', text: symbol })
      at += symbol.length
      continue
    }
    const start = at
    while (at < text.length && !SYMBOL.test(text[at]!) && !/[ \t\r\n]/.test(text[at]!)) at++
    found.push({ kind: 'identifier', text: text.slice(start, at) })
  }
  found.push({ kind: 'end', text: '' })
  return found
}

const unexpected = (token: Token, expected: string): SelectorError =>
  new SelectorError('SELECTOR_SYNTAX', `unable to parse requirement: found '${token.text}', expected: ${expected}`)

const COMPARISONS: { readonly [symbol: string]: LabelOperator } = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
  in: 'in',
  notin: 'notin',
}

/** The grammar alone; names and values are checked by `parseLabelSelector`. */
export const parseRequirements = (text: string): LabelRequirement[] => {
  const parser = new Parser(tokens(text))
  return parser.requirements()
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get #next(): Token {
    return this.#tokens[this.#at]!
  }

  #take(): Token {
    const token = this.#next
    if (token.kind !== 'end') this.#at++
    return token
  }

  requirements(): LabelRequirement[] {
    const found: LabelRequirement[] = []
    if (this.#next.kind === 'end') return found
    for (;;) {
      if (this.#next.kind !== 'identifier' && this.#next.text !== '!')
        throw unexpected(this.#next, "!, identifier, or 'end of string'")
      found.push(this.#requirement())
      const after = this.#take()
      if (after.kind === 'end') return found
      if (after.kind !== ',') throw unexpected(after, "',' or 'end of string'")
      if (this.#next.kind !== 'identifier' && this.#next.text !== '!')
        throw new SelectorError('SELECTOR_SYNTAX', `found '${this.#next.text}', expected: identifier after ','`)
    }
  }

  #requirement(): LabelRequirement {
    const negated = this.#next.text === '!' && this.#next.kind === 'operator'
    if (negated) this.#take()
    const token = this.#take()
    if (token.kind !== 'identifier') throw unexpected(token, 'identifier')
    const key = token.text
    if (negated) return { key, operator: '!', values: [] }
    if (this.#next.kind === 'end' || this.#next.kind === ',') return { key, operator: 'exists', values: [] }
    const symbol = this.#take()
    const operator = own(COMPARISONS, symbol.text)
    if (operator === undefined) throw unexpected(symbol, 'in, notin, =, ==, !=, gt, lt')
    const values = operator === 'in' || operator === 'notin' ? this.#set() : [this.#exact()]
    return { key, operator, values }
  }

  /** `a=` means the empty value. */
  #exact(): string {
    if (this.#next.kind === 'end' || this.#next.kind === ',') return ''
    const token = this.#take()
    if (token.kind !== 'identifier') throw unexpected(token, 'identifier')
    return token.text
  }

  #set(): string[] {
    const open = this.#take()
    if (open.kind !== '(') throw unexpected(open, "'('")
    const values = new Set<string>()
    for (;;) {
      // `(a,)` and `()` hold an empty value.
      if (this.#next.kind === 'identifier') values.add(this.#take().text)
      else values.add('')
      const after = this.#take()
      if (after.kind === ')') return [...values].sort()
      if (after.kind !== ',') throw unexpected(after, "',' or ')'")
    }
  }
}
