import { dirname, join, normalize } from 'node:path'
import type { Node, StaticExportEntry, StaticImportEntry, TSImportType } from 'oxc-parser'
import type { Syntax } from './parse.ts'
import { walk } from './walk.ts'

/** The exports of a file that are taken; none where it is loaded for its effects, 'all' where it cannot be seen which. */
type Names = readonly string[] | 'all'

/** That a file takes something from a file or a package. */
export interface Import {
  /** As it is written. */
  readonly specifier: string
  /** The file of ours that it means, be it there or not; undefined for a package. */
  readonly target: string | undefined
  readonly names: Names
  /** By import(), while running. */
  readonly isLazy: boolean
}

/** Of a specifier that begins with a room (`#dns/`) or a dot: the path from the top of the tree. */
const targetOf = (from: string, specifier: string): string | undefined => {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier))
  return specifier.startsWith('#') ? `src/${specifier.slice(1)}` : undefined
}

/** All that several take. */
const joined = (parts: readonly Names[]): Names => (parts.includes('all') ? 'all' : parts.flat())

/** A name that is read of something: `b` of `a.b`, of `A.B` among types, and of `{ b: c } = a`. */
const nameOf = (node: Node): Names => (node.type === 'Identifier' ? [node.name] : 'all')

/** The properties that a pattern takes, as in `const { a, b: c } = …`; all, where it is a plain name. */
const namesOfPattern = (pattern: Node): Names => {
  if (pattern.type !== 'ObjectPattern') return 'all'
  return joined(
    pattern.properties.map((each) => (each.type === 'Property' && !each.computed ? nameOf(each.key) : 'all')),
  )
}

/** What becomes of the module that `import()` gives: `(await import()).a`, `const { a } = …`, `.then(({ a }) => …)`. */
const namesOfCall = (parents: readonly Node[]): Names => {
  const [parent, call] = parents.filter(({ type }) => type !== 'AwaitExpression')
  if (parent?.type === 'VariableDeclarator') return namesOfPattern(parent.id)
  if (parent?.type !== 'MemberExpression' || parent.computed) return 'all'
  const name = nameOf(parent.property)
  if (name[0] !== 'then') return name
  const callback = call?.type === 'CallExpression' ? call.arguments[0] : undefined
  const parameter = callback?.type === 'ArrowFunctionExpression' ? callback.params[0] : undefined
  return parameter ? namesOfPattern(parameter) : 'all'
}

/** `A` of `import('…').A.B`. */
const namesOfType = ({ qualifier }: TSImportType): Names => {
  let first: Node | null = qualifier
  while (first?.type === 'TSQualifiedName') first = first.left
  return first ? nameOf(first) : 'all'
}

/** What is taken by `space.name`; all, where the space is handed on. */
const namesOfSpace = ({ program }: Syntax, space: string): Names => {
  const isSpace = (node: Node) => node.type === 'Identifier' && node.name === space
  const found: Names[] = []
  walk(program, (node) => {
    if (node.type === 'ImportNamespaceSpecifier') return false
    if (node.type === 'MemberExpression' && !node.computed && isSpace(node.object)) found.push(nameOf(node.property))
    else if (node.type === 'TSQualifiedName' && isSpace(node.left)) found.push(nameOf(node.right))
    else {
      if (isSpace(node)) found.push('all')
      return true
    }
    return false
  })
  return joined(found)
}

const namesOfImport = (syntax: Syntax, { importName, localName }: StaticImportEntry): Names => {
  if (importName.kind === 'NamespaceObject') return namesOfSpace(syntax, localName.value)
  return [importName.name ?? 'default']
}

const namesOfExport = ({ importName }: StaticExportEntry): Names =>
  importName.kind === 'Name' ? [importName.name!] : 'all'

/** Those that stand in expressions and types: `import('…')`. */
const importsWithin = (syntax: Syntax): readonly Pick<Import, 'specifier' | 'names' | 'isLazy'>[] => {
  const found: Pick<Import, 'specifier' | 'names' | 'isLazy'>[] = []
  walk(syntax.program, (node, parents) => {
    if (node.type === 'TSImportType')
      found.push({ specifier: node.source.value, names: namesOfType(node), isLazy: false })
    else if (
      node.type === 'ImportExpression' &&
      node.source.type === 'Literal' &&
      typeof node.source.value === 'string'
    )
      found.push({ specifier: node.source.value, names: namesOfCall(parents), isLazy: true })
    return true
  })
  return found
}

/**
 * All imports of a file, also of types, also by import() and by `export … from`.
 * @param path the file's own
 */
export const importsOf = (path: string, text: string, syntax: Syntax): readonly Import[] => {
  const { staticImports, staticExports } = syntax.module
  const imported = staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    names: joined(entries.map((entry) => namesOfImport(syntax, entry))),
    isLazy: false,
  }))
  const handedOn = staticExports.flatMap(({ entries }) => {
    const specifier = entries[0]?.moduleRequest?.value
    return specifier === undefined ? [] : { specifier, names: joined(entries.map(namesOfExport)), isLazy: false }
  })
  // Most files import by statements alone; to look into each expression of all files would take seconds.
  const within = /\bimport\s*\(/.test(text) ? importsWithin(syntax) : []
  return [...imported, ...handedOn, ...within].map((each) => ({ ...each, target: targetOf(path, each.specifier) }))
}
