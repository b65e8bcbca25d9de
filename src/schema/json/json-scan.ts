import { type FieldPlan, Kind, type MessagePlan } from '../plan.ts'
import { JsonError, MAX_DEPTH } from './json-error.ts'

/** `unknown field "spec.bogus"`, `duplicate field "spec.type"`: as strict decoding names them. */
export interface FieldProblem {
  readonly kind: 'unknown' | 'duplicate'
  readonly path: string
}

/** Kubernetes lists no more than these, and none twice. */
const MAX_PROBLEMS = 100

/** What a value is read as: by a message's table, item by item, or without a table. */
type Shape =
  | { readonly kind: 'opaque' | 'free' }
  | { readonly kind: 'message'; readonly plan: MessagePlan }
  | { readonly kind: 'list' | 'map'; readonly item: Shape }

const OPAQUE: Shape = { kind: 'opaque' }
/** No table says what it holds, and nothing in it may stand twice. */
const FREE: Shape = { kind: 'free' }

const within = ({ kind }: Shape): Shape => (kind === 'free' ? FREE : OPAQUE)

const shapeOf = (field: FieldPlan): Shape => {
  const item: Shape = field.kind === Kind.message ? { kind: 'message', plan: field.message! } : OPAQUE
  if (field.presence === 'list' || field.presence === 'map') return { kind: field.presence, item }
  return item
}

/**
 * Walks JSON text character by character: the slow way, taken only where something is wrong with a body. Unknown and
 * doubled fields come in the order of the text; broken text throws JsonError JSON_SYNTAX in Go's words.
 */
export const scanJson = (text: string, plan?: MessagePlan): readonly FieldProblem[] => {
  const scanner = new Scanner(text)
  scanner.document(plan === undefined ? OPAQUE : { kind: 'message', plan })
  return scanner.problems
}

/** The same of text that no table describes: its members that stand twice, whatever they are. */
export const scanFreeJson = (text: string): readonly FieldProblem[] => {
  const scanner = new Scanner(text)
  scanner.document(FREE)
  return scanner.problems
}

/** As scanJson(), of octets, each as the character of that number: they need not be UTF-8. */
export const scanJsonOctets = (octets: string): void => new Scanner(octets, true).document(OPAQUE)

class Scanner {
  readonly problems: FieldProblem[] = []
  readonly #seen = new Set<string>()
  readonly #text: string
  #at = 0
  #depth = 0
  readonly #isOctets: boolean

  constructor(text: string, isOctets = false) {
    this.#text = text
    this.#isOctets = isOctets
  }

  document(shape: Shape): void {
    this.#value(shape, '')
    this.#space()
    if (this.#at < this.#text.length) this.#fail('after top-level value')
  }

  #note(kind: FieldProblem['kind'], path: string): void {
    const key = `${kind} ${path}`
    if (this.#seen.has(key) || this.problems.length >= MAX_PROBLEMS) return
    this.#seen.add(key)
    this.problems.push({ kind, path })
  }

  #fail(where: string): never {
    if (this.#at >= this.#text.length) throw new JsonError('JSON_SYNTAX', 'unexpected end of JSON input')
    // Go reads octets, and shows the one that it cannot go on with.
    const code = this.#text.codePointAt(this.#at)!
    const character = String.fromCharCode(this.#isOctets ? code : firstOctet(code))
    throw new JsonError('JSON_SYNTAX', `invalid character ${quoted(character)} ${where}`)
  }

  #space(): string {
    for (;;) {
      const character = this.#text[this.#at]
      if (character !== ' ' && character !== '\n' && character !== '\r' && character !== '\t') return character ?? ''
      this.#at++
    }
  }

  #value(shape: Shape, path: string): void {
    const character = this.#space()
    switch (character) {
      case '{':
        this.#nested(() => this.#object(shape, path))
        break
      case '[':
        this.#nested(() => this.#array(shape, path))
        break
      case '"':
        this.#string()
        break
      case 't':
        this.#literal('true')
        break
      case 'f':
        this.#literal('false')
        break
      case 'n':
        this.#literal('null')
        break
      default:
        this.#number()
    }
  }

  #nested(read: () => void): void {
    if (++this.#depth > MAX_DEPTH) throw new JsonError('JSON_TOO_DEEP', 'exceeded max depth')
    this.#at++
    read()
    this.#depth--
  }

  #object(shape: Shape, path: string): void {
    const plan = shape.kind === 'message' ? shape.plan : undefined
    const names = new Set<string>()
    if (this.#space() === '}') {
      this.#at++
      return
    }
    for (;;) {
      if (this.#space() !== '"') this.#fail('looking for beginning of object key string')
      const name = this.#string()
      if (this.#space() !== ':') this.#fail('after object key')
      this.#at++
      const below = path === '' ? name : `${path}.${name}`
      const field = plan?.byName.get(name)
      const isOpen = plan === undefined || plan.open !== undefined
      const known = isOpen || field !== undefined || (plan.gvk !== undefined && isTypeMeta(name))
      if (!known) this.#note('unknown', below)
      else if (names.has(name) && shape.kind !== 'opaque') this.#note('duplicate', below)
      names.add(name)
      const inner =
        field !== undefined ? shapeOf(field) : shape.kind === 'map' ? shape.item : plan?.open ? FREE : within(shape)
      this.#value(inner, below)
      const next = this.#space()
      if (next !== ',' && next !== '}') this.#fail('after object key:value pair')
      this.#at++
      if (next === '}') return
    }
  }

  #array(shape: Shape, path: string): void {
    if (this.#space() === ']') {
      this.#at++
      return
    }
    for (let index = 0; ; index++) {
      this.#value(shape.kind === 'list' ? shape.item : within(shape), `${path}[${index}]`)
      const next = this.#space()
      if (next !== ',' && next !== ']') this.#fail('after array element')
      this.#at++
      if (next === ']') return
    }
  }

  #string(): string {
    const start = this.#at++
    let escaped = false
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined || character < ' ') this.#fail('in string literal')
      if (character === '"') break
      if (character === '\\') {
        escaped = true
        this.#escape()
      }
      this.#at++
    }
    const end = this.#at++
    return escaped ? (JSON.parse(this.#text.slice(start, end + 1)) as string) : this.#text.slice(start + 1, end)
  }

  #escape(): void {
    const character = this.#text[++this.#at]
    if (character === undefined || !'"\\/bfnrtu'.includes(character)) this.#fail('in string escape code')
    if (character !== 'u') return
    for (let digit = 0; digit < 4; digit++) {
      this.#at++
      if (!/[\dA-Fa-f]/.test(this.#text[this.#at] ?? '')) this.#fail('in \\u hexadecimal character escape')
    }
  }

  #literal(word: string): void {
    for (let index = 0; index < word.length; index++, this.#at++)
      if (this.#text[this.#at] !== word[index]) this.#fail(`in literal ${word} (expecting ${quoted(word[index]!)})`)
  }

  #number(): void {
    const digits = (): number => {
      const start = this.#at
      while (isDigit(this.#text[this.#at])) this.#at++
      return this.#at - start
    }
    const negative = this.#text[this.#at] === '-'
    if (negative) this.#at++
    if (!isDigit(this.#text[this.#at])) this.#fail(negative ? 'in numeric literal' : 'looking for beginning of value')
    if (this.#text[this.#at] === '0') this.#at++
    else digits()
    if (this.#text[this.#at] === '.') {
      this.#at++
      if (digits() === 0) this.#fail('after decimal point in numeric literal')
    }
    if (this.#text[this.#at] === 'e' || this.#text[this.#at] === 'E') {
      this.#at++
      if (this.#text[this.#at] === '+' || this.#text[this.#at] === '-') this.#at++
      if (digits() === 0) this.#fail('in exponent of numeric literal')
    }
  }
}

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9'

/** The two names that every kind carries beside its table. */
export const isTypeMeta = (name: string): boolean => name === 'kind' || name === 'apiVersion'

/** A character as Go's %q writes it in single quotes. */
const quoted = (character: string): string => {
  if (character === "'") return "'\\''"
  if (character === '"') return `'"'`
  if (/[\x7f-\xa0\xad]/.test(character)) return `'\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}'`
  return `'${JSON.stringify(character).slice(1, -1)}'`
}

/** Of a character in UTF-8. */
const firstOctet = (code: number): number => {
  if (code < 0x80) return code
  if (code < 0x800) return 0xc0 | (code >> 6)
  return code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18)
}
