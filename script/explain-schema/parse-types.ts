import type { Declared, Field, TypeNode } from './type-model.ts'

const TOKEN =
  /\/\*\*([\s\S]*?)\*\/|\/\*[\s\S]*?\*\/|\/\/[^\n]*|'((?:[^'\\]|\\.)*)'|(\d+)|([A-Za-z_]\w*)|([{}()[\]<>|&?:;,=])|\s+/gy

interface Token {
  readonly text: string
  /** `string`: a literal without its quotes. */
  readonly kind: 'word' | 'string' | 'number' | 'sign' | 'doc'
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(TOKEN)) {
    const [, doc, string, number, word, sign] = match
    if (doc !== undefined) tokens.push({ kind: 'doc', text: doc.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim() })
    else if (string !== undefined) tokens.push({ kind: 'string', text: string })
    else if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
  }
  return tokens
}

const DECLARATION =
  /(?:\/\*\*(?<doc>(?:(?!\*\/)[\s\S])*)\*\/\n)?^(?:export )?(?:interface (?<face>\w+)(?: extends (?<base>[\w, ]+))? (?=\{)|type (?<alias>\w+) = ?)/gm

/** The interfaces and type aliases of a file, by name. Throws on a form that JSON has nothing for. */
export function parseTypes(text: string): ReadonlyMap<string, Declared> {
  const found = new Map<string, Declared>()
  for (const match of text.matchAll(DECLARATION)) {
    const { doc, face, base, alias } = match.groups as Partial<Record<string, string>>
    const own = new Parser(tokensOf(text.slice(match.index + match[0].length))).type()
    const bases = (base ?? '')
      .split(',')
      .flatMap((name): TypeNode[] => (name.trim() ? [{ kind: 'name', name: name.trim() }] : []))
    const type: TypeNode = bases.length > 0 ? { kind: 'intersection', of: [...bases, own] } : own
    found.set((face ?? alias) as string, { type, doc: doc?.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim() })
  }
  return found
}

/** Descends from unions by way of intersections and arrays to what stands alone. */
class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  type(): TypeNode {
    return this.#several('|', 'union', () => this.#several('&', 'intersection', () => this.#postfix()))
  }

  #several(sign: string, kind: 'union' | 'intersection', one: () => TypeNode): TypeNode {
    this.#skip(sign)
    const of = [one()]
    while (this.#skip(sign)) of.push(one())
    return of.length === 1 ? (of[0] as TypeNode) : { kind, of }
  }

  #postfix(): TypeNode {
    this.#word('readonly')
    let type = this.#primary()
    while (this.#peek()?.text === '[' && this.#tokens[this.#at + 1]?.text === ']') {
      this.#at += 2
      type = { kind: 'array', of: type }
    }
    return type
  }

  #primary(): TypeNode {
    const token = this.#next()
    if (token.kind === 'string') return { kind: 'literal', value: token.text }
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) }
    if (token.text === '(') {
      const type = this.type()
      this.#expect(')')
      return type
    }
    if (token.text === '{') return { kind: 'object', fields: this.#fields() }
    if (token.kind !== 'word') throw new Error(`a type begins with '${token.text}'`)
    switch (token.text) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'undefined':
        return { kind: token.text }
      case 'true':
      case 'false':
        return { kind: 'literal', value: token.text === 'true' }
      case 'Readonly':
        return this.#argument()
      case 'Record': {
        this.#expect('<')
        this.type()
        this.#expect(',')
        const of = this.type()
        this.#expect('>')
        return { kind: 'record', of }
      }
      default:
        if (this.#peek()?.text === '<') throw new Error(`${token.text}<…>: no generic type in what JSON holds`)
        return { kind: 'name', name: token.text }
    }
  }

  #argument(): TypeNode {
    this.#expect('<')
    const type = this.type()
    this.#expect('>')
    return type
  }

  #fields(): readonly Field[] {
    const fields: Field[] = []
    let doc: string | undefined
    while (!this.#skip('}')) {
      const token = this.#next(true)
      if (token.kind === 'doc') doc = token.text
      else if (token.kind === 'word' && token.text === 'readonly' && this.#peek()?.kind === 'word') continue
      else if (token.kind === 'word') {
        const optional = this.#skip('?')
        this.#expect(':')
        fields.push({ name: token.text, optional, type: this.type(), doc })
        doc = undefined
      } else if (token.text !== ';' && token.text !== ',') throw new Error(`a field begins with '${token.text}'`)
    }
    return fields
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  /** Docstrings count between fields alone. */
  #next(withDocs = false): Token {
    while (!withDocs && this.#peek()?.kind === 'doc') this.#at++
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new Error('a type ends too soon')
    return token
  }

  #skip(sign: string): boolean {
    let ahead = this.#at
    // In front of a member of a union a docstring may stand.
    while (sign !== '}' && this.#tokens[ahead]?.kind === 'doc') ahead++
    const token = this.#tokens[ahead]
    if (token?.kind !== 'sign' || token.text !== sign) return false
    this.#at = ahead + 1
    return true
  }

  #word(text: string): void {
    const token = this.#peek()
    if (token?.kind === 'word' && token.text === text) this.#at++
  }

  #expect(sign: string): void {
    if (!this.#skip(sign)) throw new Error(`'${sign}' is expected, not '${this.#peek()?.text}'`)
  }
}
