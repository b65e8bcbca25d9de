/** A line of a Corefile: a plugin or a property, its arguments, and what stands in its braces. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  /** Counted from 1. */
  readonly line: number
  readonly body: readonly Directive[]
}

/** For which zones, and with which plugins, a server answers. */
export interface ServerBlock {
  readonly keys: readonly string[]
  readonly line: number
  readonly plugins: readonly Directive[]
}

/** A Corefile that cannot be read. */
class CorefileError extends Error {
  readonly code = 'COREFILE_INVALID'
  readonly line: number
  constructor(line: number, message: string) {
    super(`line ${line} of the Corefile: ${message}`)
    this.name = 'CorefileError'
    this.line = line
  }
}

interface Token {
  readonly text: string
  readonly line: number
  readonly isQuoted: boolean
}

/** Words between blanks; `#` at a word's begin is a comment; a text in quotes is one word, `\"` is a quote in it. */
const TOKEN = /"((?:[^"\\]|\\[\s\S])*)"|#[^\n]*|\n|[^\s"]\S*|"/g

const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = []
  let line = 1
  for (const { 0: word, 1: quoted } of text.matchAll(TOKEN)) {
    if (word === '\n') line++
    else if (word === '"') throw new CorefileError(line, 'a quote is not closed')
    else if (quoted !== undefined) {
      tokens.push({ text: quoted.replace(/\\"/g, '"'), line, isQuoted: true })
      line += word.split('\n').length - 1
    } else if (!word.startsWith('#')) tokens.push({ text: word, line, isQuoted: false })
  }
  return tokens
}

/** Reads tokens one after the other. */
class Reader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at]
  }

  take(): Token {
    return this.#tokens[this.#at++]!
  }

  is(brace: '{' | '}'): boolean {
    return this.next?.text === brace && !this.next.isQuoted
  }

  /** What stands up to the closing brace, the opening one being read. */
  body(opened: number): readonly Directive[] {
    const found: Directive[] = []
    while (!this.is('}')) {
      if (this.next === undefined) throw new CorefileError(opened, 'a brace is opened and not closed')
      found.push(this.#directive())
    }
    this.take()
    return found
  }

  #directive(): Directive {
    const { text: name, line } = this.take()
    if (name === '{') throw new CorefileError(line, 'a brace is opened where a name belongs')
    const args: string[] = []
    while (this.next?.line === line && !this.is('{') && !this.is('}')) args.push(this.take().text)
    if (this.next?.line !== line || !this.is('{')) return { name, args, line, body: [] }
    this.take()
    return { name, args, line, body: this.body(line) }
  }
}

/** The server blocks of a Corefile. Throws CorefileError. */
export const parseCorefile = (text: string): readonly ServerBlock[] => {
  const reader = new Reader(tokensOf(text))
  const blocks: ServerBlock[] = []
  while (reader.next !== undefined) {
    const { line } = reader.next
    const keys: string[] = []
    while (reader.next !== undefined && !reader.is('{')) {
      if (reader.is('}')) throw new CorefileError(reader.next.line, 'a brace is closed that nobody opened')
      keys.push(
        ...reader
          .take()
          .text.split(',')
          .filter((key) => key !== ''),
      )
    }
    // CoreDNS takes a file without braces for one server. No cluster has such a one, and half of another looks like it.
    if (reader.next === undefined) throw new CorefileError(line, 'a server has no braces')
    reader.take()
    blocks.push({ keys, line, plugins: reader.body(line) })
  }
  return blocks
}
