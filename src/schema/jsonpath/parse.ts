/** One step of a path, from the values that were found so far to those below. */
export type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'below' }
  | {
      readonly kind: 'slice'
      readonly from?: number
      readonly to?: number
      readonly by?: number
      readonly isOne: boolean
    }
  | { readonly kind: 'union'; readonly steps: readonly Step[] }
  | { readonly kind: 'filter'; readonly left: Operand; readonly operator: Operator; readonly right?: Operand }

type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'exists'

/** What a filter compares: a path from the item on, or a constant. */
export type Operand =
  | { readonly kind: 'path'; readonly steps: readonly Step[] }
  | { readonly kind: 'constant'; readonly value: string | number | boolean }

/** A path that cannot be read. */
export class JsonPathError extends Error {
  readonly code = 'JSONPATH'
  constructor(message: string) {
    super(message)
    this.name = 'JsonPathError'
  }
}

/** Where a name ends that no quotes stand around. */
const NAME_ENDS = new Set(' .[],:;=<>!)$"\'')

/** A path as kubectl and definitions write it: `.spec.list[0].name`, `.conditions[?(@.type=="Ready")].status`. */
export const parseJsonPath = (text: string): readonly Step[] => {
  const parser = new Parser(text)
  const steps = parser.path()
  parser.end()
  return steps
}

class Parser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  end(): void {
    if (this.#at < this.#text.length) this.#fail(`unexpected ${JSON.stringify(this.#text[this.#at])}`)
  }

  path(): readonly Step[] {
    const steps: Step[] = []
    if (this.#peek() === '$' || this.#peek() === '@') this.#at++
    for (;;) {
      const next = this.#peek()
      if (next === '.') steps.push(...this.#dotted())
      else if (next === '[') steps.push(this.#bracket())
      else return steps
    }
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #fail(why: string): never {
    throw new JsonPathError(`${why} in the path ${JSON.stringify(this.#text)}`)
  }

  #dotted(): readonly Step[] {
    this.#at++
    if (this.#peek() === '.') {
      this.#at++
      const isBracket = this.#peek() === '['
      return isBracket ? [{ kind: 'below' }] : [{ kind: 'below' }, this.#member()]
    }
    // A dot alone stands for the object itself.
    return this.#peek() === '' || this.#peek() === '[' ? [] : [this.#member()]
  }

  #member(): Step {
    let name = ''
    for (;;) {
      const next = this.#peek()
      if (next === '\\') {
        name += this.#text[this.#at + 1] ?? ''
        this.#at += 2
      } else if (next === '' || NAME_ENDS.has(next)) break
      else {
        name += next
        this.#at++
      }
    }
    if (name === '') this.#fail('a name is missing')
    return name === '*' ? { kind: 'all' } : { kind: 'member', name }
  }

  #bracket(): Step {
    this.#at++
    if (this.#peek() === '?') return this.#filter()
    const parts: Step[] = []
    for (;;) {
      parts.push(this.#part())
      const next = this.#peek()
      this.#at++
      if (next === ']') return parts.length === 1 ? parts[0]! : { kind: 'union', steps: parts }
      if (next !== ',') this.#fail('unterminated array')
    }
  }

  #part(): Step {
    const quote = this.#peek()
    if (quote === "'" || quote === '"') return { kind: 'member', name: this.#quoted() }
    const end = /[\],]/.exec(this.#text.slice(this.#at))?.index ?? -1
    if (end < 0) this.#fail('unterminated array')
    const text = this.#text.slice(this.#at, this.#at + end).trim()
    this.#at += end
    if (text === '*') return { kind: 'all' }
    const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text)
    if (match === null || text === '') return this.#fail(`invalid array index ${text}`)
    const number = (part: string | undefined): number | undefined => {
      const digits = (part ?? '').replace(':', '')
      return digits === '' ? undefined : Number(digits)
    }
    const [from, to, by] = match.slice(1).map(number)
    return {
      kind: 'slice',
      isOne: match[2] === undefined,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(by !== undefined && { by }),
    }
  }

  #quoted(): string {
    const quote = this.#peek()
    let text = ''
    for (this.#at++; this.#peek() !== quote; this.#at++) {
      if (this.#peek() === '') this.#fail('unterminated quoted string')
      if (this.#peek() === '\\') this.#at++
      text += this.#peek()
    }
    this.#at++
    return text
  }

  #filter(): Step {
    this.#at++
    if (this.#peek() !== '(') this.#fail('a filter has no bracket')
    this.#at++
    const left = this.#operand()
    this.#space()
    const operator = /^(?:==|!=|<=|>=|<|>)/.exec(this.#text.slice(this.#at))?.[0] as Operator | undefined
    this.#at += operator?.length ?? 0
    const right = operator === undefined ? undefined : this.#operand()
    this.#space()
    if (this.#peek() !== ')' || this.#text[this.#at + 1] !== ']') this.#fail('unterminated filter')
    this.#at += 2
    return { kind: 'filter', left, operator: operator ?? 'exists', ...(right && { right }) }
  }

  #space(): void {
    while (this.#peek() === ' ') this.#at++
  }

  #operand(): Operand {
    this.#space()
    const next = this.#peek()
    if (next === "'" || next === '"') return { kind: 'constant', value: this.#quoted() }
    if (next === '@' || next === '.' || next === '$') return { kind: 'path', steps: this.path() }
    const word = /^[^\s=!<>)\]]+/.exec(this.#text.slice(this.#at))?.[0] ?? ''
    if (word === '') this.#fail('a filter compares nothing')
    this.#at += word.length
    if (word === 'true' || word === 'false') return { kind: 'constant', value: word === 'true' }
    const number = Number(word)
    if (Number.isNaN(number)) this.#fail(`${word} is neither a text nor a number`)
    return { kind: 'constant', value: number }
  }
}
