import type { Expression } from './expression.ts'
import { bytesOf, stringOf } from './literals.ts'
import { expandMacro, MacroError } from './macros.ts'
import { numberOf } from './numbers.ts'
import { BEGINNINGS, BINARY, CLOSEST, LOGICAL, RESERVED } from './operators.ts'
import { CelCompileError } from './source-error.ts'
import type { Token } from './token.ts'
import { KEYWORDS, SyntaxProblem, Words } from './words.ts'

const MAX_DEPTH = 250
const MAX_POINTS = 100_000

class Parser {
  readonly #words: Words
  #depth = 0

  constructor(words: Words) {
    this.#words = words
  }

  whole(): Expression {
    const expression = this.#expression()
    const { kind, text, at } = this.#words.peek()
    if (kind === 'end') return expression
    const word = this.#words.peek(1).kind === 'end' ? 'extraneous' : 'mismatched'
    throw new SyntaxProblem(at, `Syntax error: ${word} input '${text}' expecting <EOF>`)
  }

  #problem(at: number, message: string): Expression {
    this.#words.problems.push({ at, message })
    return { kind: 'literal', value: null, at }
  }

  #deeper(by: number): void {
    this.#depth += by
    if (this.#depth > MAX_DEPTH) throw new SyntaxProblem(0, 'max recursion depth exceeded')
  }

  #expression(): Expression {
    this.#deeper(1)
    const condition = this.#binary(1)
    const mark = this.#words.take('?')
    let expression = condition
    if (mark !== undefined) {
      const yes = this.#binary(1)
      this.#words.expect(':')
      expression = this.#call('_?_:_', mark.at, undefined, [condition, yes, this.#expression()])
    }
    this.#depth--
    return expression
  }

  #binary(level: number): Expression {
    if (level > CLOSEST) return this.#unary()
    const terms = [this.#binary(level + 1)]
    const operators: Token[] = []
    for (;;) {
      const { kind, text } = this.#words.peek()
      const isOperator =
        (kind === 'symbol' || text === 'in') && Object.hasOwn(BINARY, text) && BINARY[text]![1] === level
      if (!isOperator) break
      operators.push(this.#words.skip())
      if (level > LOGICAL) this.#deeper(1)
      terms.push(this.#binary(level + 1))
    }
    if (level <= LOGICAL) return this.#balanced(terms, operators)
    this.#depth -= operators.length
    const [first, ...rest] = terms
    return rest.reduce((left, right, index) => this.#joined(operators[index]!, left, right), first!)
  }

  #joined({ text, at }: Token, left: Expression, right: Expression): Expression {
    return this.#call(BINARY[text]![0], at, undefined, [left, right])
  }

  /** Terms of `&&` or `||`, of which there may be thousands, as a tree that is not deep. */
  #balanced(terms: readonly Expression[], operators: readonly Token[]): Expression {
    if (operators.length === 0) return terms[0]!
    const middle = Math.floor(operators.length / 2)
    return this.#joined(
      operators[middle]!,
      this.#balanced(terms.slice(0, middle + 1), operators.slice(0, middle)),
      this.#balanced(terms.slice(middle + 1), operators.slice(middle + 1)),
    )
  }

  #unary(): Expression {
    const first = this.#words.peek()
    const symbol = ['!', '-'].find((one) => this.#words.is(one))
    // A minus right before a number is the number's.
    if (symbol === undefined || (symbol === '-' && this.#isNumber(1))) return this.#member()
    let count = 0
    while (this.#words.take(symbol)) count++
    const operand = this.#member()
    return count % 2 === 0 ? operand : this.#call(`${symbol}_`, first.at, undefined, [operand])
  }

  #isNumber(ahead: number): boolean {
    const { kind } = this.#words.peek(ahead)
    return kind === 'int' || kind === 'double'
  }

  #member(): Expression {
    let operand = this.#primary()
    let steps = 0
    for (;;) {
      const dot = this.#words.take('.')
      const bracket = dot === undefined ? this.#words.take('[') : undefined
      if (dot === undefined && bracket === undefined) break
      this.#deeper(1)
      steps++
      operand = dot === undefined ? this.#index(operand, bracket!) : this.#selection(operand, dot)
    }
    this.#depth -= steps
    return operand
  }

  #index(operand: Expression, { at }: Token): Expression {
    const name = this.#words.take('?') ? '_[?_]' : '_[_]'
    const index = this.#expression()
    this.#words.expect(']')
    return this.#call(name, at, undefined, [operand, index])
  }

  #selection(operand: Expression, dot: Token): Expression {
    const isOptional = this.#words.take('?') !== undefined
    const { kind, text, at } = this.#words.peek()
    if ((kind !== 'identifier' && kind !== 'escaped') || KEYWORDS.has(text)) this.#words.unexpected('IDENTIFIER')
    this.#words.skip()
    if (kind === 'escaped') return this.#problem(at, "unsupported syntax: '`'")
    if (isOptional) return this.#call('_?._', dot.at, undefined, [operand, { kind: 'literal', value: text, at }])
    const open = this.#words.take('(')
    if (open === undefined) return { kind: 'select', operand, field: text, isTest: false, at: dot.at }
    return this.#call(text, open.at, operand, this.#arguments())
  }

  #arguments(): Expression[] {
    const found: Expression[] = []
    if (this.#words.take(')')) return found
    do found.push(this.#expression())
    while (this.#words.take(','))
    this.#words.expect(')')
    return found
  }

  #primary(): Expression {
    const { kind, text, at } = this.#words.peek()
    switch (kind) {
      case 'identifier':
        return this.#named(false)
      case 'string':
      case 'bytes': {
        this.#words.skip()
        const value = kind === 'string' ? stringOf(text) : bytesOf(text.slice(1))
        return value === undefined ? this.#problem(at, 'unable to unescape string') : { kind: 'literal', value, at }
      }
      case 'int':
      case 'uint':
      case 'double':
        return this.#number('', at)
    }
    if (this.#words.take('(')) {
      const inner = this.#expression()
      this.#words.expect(')')
      return inner
    }
    if (this.#words.take('[')) return this.#list(at)
    if (this.#words.take('{')) return this.#map(at)
    if (this.#words.take('.')) return this.#named(true)
    if (this.#isNumber(1) && this.#words.take('-')) return this.#number('-', at)
    this.#words.unexpected(BEGINNINGS)
  }

  #number(sign: '' | '-', at: number): Expression {
    const token = this.#words.skip()
    const value = numberOf(token, sign)
    return value === undefined ? this.#problem(at, `invalid ${token.kind} literal`) : { kind: 'literal', value, at }
  }

  #named(hasDot: boolean): Expression {
    const { kind, text, at } = this.#words.peek()
    if (kind !== 'identifier') this.#words.unexpected('IDENTIFIER')
    if (!hasDot && (text === 'true' || text === 'false' || text === 'null')) {
      this.#words.skip()
      return { kind: 'literal', value: text === 'null' ? null : text === 'true', at }
    }
    if (KEYWORDS.has(text)) this.#words.unexpected(BEGINNINGS)
    this.#words.skip()
    const name = hasDot ? `.${text}` : text
    const open = this.#words.take('(')
    const args = open && this.#arguments()
    const struct = open === undefined ? this.#structName(name) : undefined
    if (struct !== undefined) return this.#struct(struct)
    if (RESERVED.has(text)) return this.#problem(at, `reserved identifier: ${text}`)
    return open === undefined ? { kind: 'identifier', name, at } : this.#call(name, open.at, undefined, args!)
  }

  /** The name of an object that is made here: identifiers with dots between, and a brace. */
  #structName(first: string): string | undefined {
    let name = first
    let ahead = 0
    for (; this.#words.is('.', ahead) && this.#words.peek(ahead + 1).kind === 'identifier'; ahead += 2)
      name += `.${this.#words.peek(ahead + 1).text}`
    if (!this.#words.is('{', ahead)) return undefined
    this.#words.skip(ahead)
    return name
  }

  #struct(name: string): Expression {
    const { at } = this.#words.expect('{')
    const fields = this.#listed('}', (isOptional) => {
      const { kind, text } = this.#words.peek()
      if (kind !== 'identifier') this.#words.unexpected('IDENTIFIER')
      this.#words.skip()
      return { at: this.#words.expect(':').at, name: text, value: this.#expression(), isOptional }
    })
    return { kind: 'struct', name, fields, at }
  }

  #list(at: number): Expression {
    const items = this.#listed(']', (isOptional) => ({ value: this.#expression(), isOptional }))
    return { kind: 'list', items, at }
  }

  #map(at: number): Expression {
    const entries = this.#listed('}', (isOptional) => {
      const key = this.#expression()
      this.#words.expect(':')
      return { key, value: this.#expression(), isOptional }
    })
    return { kind: 'map', entries, at }
  }

  /** What stands between commas up to the end; a last comma may be there. */
  #listed<T>(end: string, one: (isOptional: boolean) => T): readonly T[] {
    const found: T[] = []
    while (!this.#words.is(end)) {
      found.push(one(this.#words.take('?') !== undefined))
      if (!this.#words.take(',')) break
    }
    this.#words.expect(end)
    return found
  }

  #call(name: string, at: number, target: Expression | undefined, args: readonly Expression[]): Expression {
    const call = { kind: 'call', name, target, args, at } as const
    try {
      return expandMacro(call) ?? { ...call }
    } catch (error) {
      if (error instanceof MacroError) return this.#problem(error.at, error.message)
      throw error
    }
  }
}

/** Parses an expression, macros expanded. Throws CelCompileError. */
export const parseExpression = (source: string): Expression => {
  const size = [...source].length
  if (size > MAX_POINTS) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${MAX_POINTS}`
    throw new CelCompileError('', [{ at: 0, message }])
  }
  const words = new Words(source)
  let expression: Expression | undefined
  try {
    expression = new Parser(words).whole()
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error
    words.problems.push({ at: error.at, message: error.message })
  }
  if (words.problems.length > 0) throw new CelCompileError(source, words.problems)
  return expression!
}
