import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, type Node, Parser, type YAMLMap } from 'yaml'
import { keptNumber } from '#schema/json/long-integer.ts'
import type { JsonValue } from '#schema/json-value.ts'
import { setMember } from '#schema/plan.ts'

/**
 * A text that is no YAML, that says what JSON cannot, or that is more than is read. YAML_SYNTAX, YAML_VALUE: 400;
 * YAML_TOO_LARGE: 413.
 */
export class YamlError extends Error {
  readonly code: 'YAML_SYNTAX' | 'YAML_VALUE' | 'YAML_TOO_LARGE'
  constructor(code: YamlError['code'], message: string) {
    super(message)
    this.name = 'YamlError'
    this.code = code
  }
}

export interface ReadYaml {
  readonly value: JsonValue
  /** `line 3: key "a" already set in map`, as Kubernetes words it; the last value counts. */
  readonly duplicates: readonly string[]
}

// Lines of text, marks and scalars: some 20,000 lines of an object. Reading so many takes half a second.
const MOST_TOKENS = 200_000
/** Levels of lists and maps; a mark on each is one more. Real objects have about 20. */
const MOST_DEPTH = 500
/** Values and keys, with what aliases stand for. */
const MOST_NODES = 200_000
/** Characters of them: as many as a body in JSON may have octets. */
const MOST_CHARACTERS = 3 * 1024 * 1024

/**
 * One YAML document as a JSON value, in time and memory that grow with the text alone: what an alias stands for is
 * counted as if it stood there. `<<` merges maps. Throws YamlError.
 */
export const readYaml = (text: string): ReadYaml => {
  const document = compose(text)
  const reader = new Reader(text)
  return { value: document?.contents ? reader.read(document.contents) : null, duplicates: reader.duplicates }
}

const compose = (text: string): Document.Parsed | undefined => {
  let found: Document.Parsed | undefined
  // Without `uniqueKeys` the library does not compare each key with all others; the reader below knows them.
  for (const document of new Composer({ uniqueKeys: false, logLevel: 'silent' }).compose(tokens(text))) {
    if (found) throw new YamlError('YAML_SYNTAX', 'there is more than one document')
    found = document as Document.Parsed
    const [error] = found.errors
    if (error) throw new YamlError('YAML_SYNTAX', `line ${lineOf(text, error.pos[0])}: ${error.message}`)
  }
  return found
}

function* tokens(text: string) {
  const parser = new Parser()
  let count = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (++count > MOST_TOKENS) throw new YamlError('YAML_TOO_LARGE', `it has more than ${MOST_TOKENS} tokens`)
    yield* parser.next(lexeme)
    if (parser.stack.length > MOST_DEPTH) throw new YamlError('YAML_TOO_LARGE', `it nests deeper than ${MOST_DEPTH}`)
  }
  yield* parser.end()
}

const lineOf = (text: string, offset: number): number => {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}

/** What an anchor stands for, and how much that is. Undefined as long as it is being read. */
interface Anchored {
  read?: { readonly value: JsonValue; readonly nodes: number; readonly characters: number }
}

/** Reads nodes in the order of the text, so that an alias means the last anchor of its name before it. */
class Reader {
  readonly #text: string
  readonly #anchors = new Map<string, Anchored>()
  readonly #duplicates: { readonly key: string; readonly offset: number }[] = []
  #nodes = 0
  #characters = 0

  constructor(text: string) {
    this.#text = text
  }

  get duplicates(): readonly string[] {
    return this.#duplicates.map(
      ({ key, offset }) => `line ${lineOf(this.#text, offset)}: key ${JSON.stringify(key)} already set in map`,
    )
  }

  read(node: Node): JsonValue {
    if (isAlias(node)) return this.#alias(node)
    const { anchor } = node as { readonly anchor?: string }
    if (!anchor) return this.#content(node)
    const anchored: Anchored = {}
    this.#anchors.set(anchor, anchored)
    const before = { nodes: this.#nodes, characters: this.#characters }
    const value = this.#content(node)
    anchored.read = {
      value,
      nodes: this.#nodes - before.nodes,
      characters: this.#characters - before.characters,
    }
    return value
  }

  #alias(node: Node & { readonly source: string }): JsonValue {
    const anchored = this.#anchors.get(node.source)
    if (!anchored) throw this.#refusal(node, `unknown anchor '${node.source}' referenced`)
    if (!anchored.read) throw this.#refusal(node, `anchor '${node.source}' value contains itself`)
    this.#count(anchored.read.nodes, anchored.read.characters)
    return anchored.read.value
  }

  #content(node: Node): JsonValue {
    if (isMap(node)) return this.#map(node as YAMLMap<Node, Node | null>)
    if (isSeq(node)) {
      this.#count(1, 0)
      return (node.items as (Node | null)[]).map((item) => (item ? this.read(item) : null))
    }
    const value = isScalar(node) ? node.value : null
    if (typeof value === 'string') this.#count(1, value.length)
    else this.#count(1, 8)
    if (value === null || value === undefined) return null
    if (typeof value === 'number' && !Number.isFinite(value)) throw this.#refusal(node, `JSON has no ${value}`)
    if (typeof value === 'number') return keptNumber(value, isScalar(node) ? (node.source ?? '') : '')
    if (typeof value === 'string' || typeof value === 'boolean') return value
    throw this.#refusal(node, 'a value that JSON does not have')
  }

  #map(map: YAMLMap<Node, Node | null>): JsonValue {
    this.#count(1, 0)
    const members: { [key: string]: JsonValue } = {}
    const merged: JsonValue[] = []
    for (const { key, value } of map.items) {
      if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && value)
        for (const source of this.#sources(value)) merged.push(source)
      else {
        const name = this.#key(key ?? map)
        if (Object.hasOwn(members, name)) this.#duplicates.push({ key: name, offset: key.range?.[0] ?? 0 })
        setMember(members, name, value ? this.read(value) : null)
      }
    }
    for (const source of merged)
      for (const [name, value] of Object.entries(source as object))
        if (!Object.hasOwn(members, name)) setMember(members, name, value as JsonValue)
    return members
  }

  /** The maps of a `<<`: one, or a list of them. */
  #sources(node: Node): readonly JsonValue[] {
    const value = this.read(node)
    const sources = Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
    if (sources.some((source) => typeof source !== 'object' || source === null || Array.isArray(source)))
      throw this.#refusal(node, 'map merge requires map or sequence of maps as the value')
    return sources
  }

  #key(node: Node): string {
    const key = this.read(node)
    if (typeof key === 'object') throw this.#refusal(node, 'a key must be a text, a number or a boolean')
    return String(key)
  }

  #count(nodes: number, characters: number): void {
    this.#nodes += nodes
    this.#characters += characters
    if (this.#nodes > MOST_NODES)
      throw new YamlError('YAML_TOO_LARGE', `it has more than ${MOST_NODES} values, with what its aliases stand for`)
    if (this.#characters > MOST_CHARACTERS)
      throw new YamlError(
        'YAML_TOO_LARGE',
        `it has more than ${MOST_CHARACTERS} characters, with what its aliases stand for`,
      )
  }

  #refusal(node: Node, message: string): YamlError {
    return new YamlError('YAML_VALUE', `line ${lineOf(this.#text, node.range?.[0] ?? 0)}: ${message}`)
  }
}
