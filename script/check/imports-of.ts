import { dirname, join, normalize } from 'node:path'
import type {
  CallExpression,
  ExportDeclaration,
  ImportDeclaration,
  ImportTypeNode,
  Node,
  SourceFile,
} from 'typescript/unstable/ast'
import { SyntaxKind } from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'

/** That a file takes something from a file or a package. */
export interface Import {
  /** As it is written. */
  readonly specifier: string
  /** The file of ours that it means, be it there or not; undefined for a package. */
  readonly target: string | undefined
  /** The exports that are taken; none where the file is loaded for its effects, 'all' where it cannot be seen which. */
  readonly names: readonly string[] | 'all'
  /** By import(), while running. */
  readonly isLazy: boolean
}

/** Of a specifier that begins with a room (`#dns/`) or a dot: the path from the top of the tree. */
const targetOf = (from: string, specifier: string): string | undefined => {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier))
  return specifier.startsWith('#') ? `src/${specifier.slice(1)}` : undefined
}

/** The properties that a pattern takes, as in `const { a, b: c } = …`; all, where it is a plain name. */
const namesOfPattern = (pattern: Node): readonly string[] | 'all' =>
  is.isObjectBindingPattern(pattern)
    ? pattern.elements.map((element) => (element.propertyName ?? element.name!).getText())
    : 'all'

/** What becomes of the module that `import()` gives: `(await import()).a`, `const { a } = …`, `.then(({ a }) => …)`. */
const namesOfCall = (call: CallExpression): readonly string[] | 'all' => {
  let node: Node = call
  while (is.isAwaitExpression(node.parent) || is.isParenthesizedExpression(node.parent)) node = node.parent
  const { parent } = node
  if (is.isVariableDeclaration(parent)) return namesOfPattern(parent.name)
  if (!is.isPropertyAccessExpression(parent)) return 'all'
  if (parent.name.text !== 'then') return [parent.name.text]
  const callback = is.isCallExpression(parent.parent) ? parent.parent.arguments[0] : undefined
  const parameter = callback && is.isArrowFunction(callback) ? callback.parameters[0] : undefined
  return parameter ? namesOfPattern(parameter.name) : 'all'
}

const namesOfType = ({ qualifier }: ImportTypeNode): readonly string[] | 'all' =>
  qualifier ? [qualifier.getText().split('.')[0]!] : 'all'

/** What is taken by `space.name`; all, where the space is handed on. */
const namesOfSpace = (file: SourceFile, space: string): readonly string[] | 'all' => {
  const names: string[] = []
  let isHandedOn = false
  const visit = (node: Node): void => {
    if (is.isPropertyAccessExpression(node) && node.expression.getText() === space) names.push(node.name.text)
    else if (is.isQualifiedName(node) && node.left.getText() === space) names.push(node.right.text)
    else if (is.isIdentifier(node) && node.text === space) isHandedOn ||= !is.isNamespaceImport(node.parent)
    else node.forEachChild(visit)
  }
  visit(file)
  return isHandedOn ? 'all' : names
}

const namesOfDeclaration = (file: SourceFile, { importClause }: ImportDeclaration): readonly string[] | 'all' => {
  if (!importClause) return []
  const { name, namedBindings } = importClause
  if (namedBindings && is.isNamespaceImport(namedBindings)) return namesOfSpace(file, namedBindings.name.text)
  const named = namedBindings?.elements.map((element) => (element.propertyName ?? element.name).text) ?? []
  return name ? ['default', ...named] : named
}

const namesOfExport = ({ exportClause }: ExportDeclaration): readonly string[] | 'all' =>
  exportClause && is.isNamedExports(exportClause)
    ? exportClause.elements.map(({ propertyName, name }) => (propertyName ?? name).text)
    : 'all'

/**
 * All imports of a file, also of types, also by import() and by `export … from`.
 * @param path the file's own
 */
export const importsOf = (path: string, file: SourceFile): readonly Import[] => {
  const found: Import[] = []
  const add = (specifier: Node | undefined, names: readonly string[] | 'all', isLazy = false): void => {
    if (specifier && is.isStringLiteral(specifier))
      found.push({ specifier: specifier.text, target: targetOf(path, specifier.text), names, isLazy })
  }
  const visitStatement = (node: Node): void => {
    if (is.isImportDeclaration(node)) add(node.moduleSpecifier, namesOfDeclaration(file, node))
    else if (is.isExportDeclaration(node)) add(node.moduleSpecifier, namesOfExport(node))
  }
  const visit = (node: Node): void => {
    visitStatement(node)
    if (is.isImportTypeNode(node) && is.isLiteralTypeNode(node.argument)) add(node.argument.literal, namesOfType(node))
    else if (is.isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword)
      add(node.arguments[0], namesOfCall(node), true)
    node.forEachChild(visit)
  }
  // Most files import by statements alone; to look into each expression of all files would take seconds.
  const isDeep = /\bimport\s*\(/.test(file.text)
  if (isDeep) visit(file)
  else for (const statement of file.statements) visitStatement(statement)
  return found
}
