import type { Node, SourceFile } from 'typescript/unstable/ast'
import { SyntaxKind } from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'
import { lineOf } from '../check/tree.ts'
import type { Mutant } from './mutant.ts'

const OPERATORS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
  '+=': '-=',
  '-=': '+=',
  '++': '--',
  '--': '++',
}
const METHODS: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  min: 'max',
  max: 'min',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
}

/** What is no code that runs, or says only where something is. */
const isSilent = (node: Node): boolean =>
  is.isTypeNode(node) ||
  is.isInterfaceDeclaration(node) ||
  is.isTypeAliasDeclaration(node) ||
  is.isImportDeclaration(node) ||
  is.isExportDeclaration(node)

/** Whether a string names a property or a module; prose, which has blanks, is nobody's promise to the letter. */
const isName = (node: Node, text: string): boolean =>
  /\s/.test(text) ||
  (is.isPropertyAssignment(node.parent) && node.parent.name === node) ||
  (is.isCallExpression(node.parent) && node.parent.expression.kind === SyntaxKind.ImportKeyword)

const COMPARISON = /^(?:[<>]=?|[!=]==)$/

/** Whether an operator of its own makes the opposite of a condition already. */
const isNegated = (condition: Node, file: SourceFile): boolean =>
  (is.isPrefixUnaryExpression(condition) && condition.operator === SyntaxKind.ExclamationToken) ||
  (is.isBinaryExpression(condition) && COMPARISON.test(condition.operatorToken.getText(file)))

/** The replacements of a node by which a mutant comes to be: the piece, and what stands in its place. */
function* replacementsOf(node: Node, file: SourceFile): Generator<readonly [piece: Node, text: string]> {
  const textOf = (part: Node): string => part.getText(file)
  if (
    is.isIfStatement(node) ||
    is.isWhileStatement(node) ||
    is.isDoStatement(node) ||
    is.isConditionalExpression(node)
  ) {
    const condition = is.isConditionalExpression(node) ? node.condition : node.expression
    if (!isNegated(condition, file)) yield [condition, `!(${textOf(condition)})`]
  } else if (is.isBinaryExpression(node)) {
    const operator = textOf(node.operatorToken)
    if (operator === '??') {
      yield [node, textOf(node.left)]
      yield [node, textOf(node.right)]
    }
    const other = OPERATORS[operator]
    if (other) yield [node.operatorToken, other]
  } else if (is.isPrefixUnaryExpression(node) || is.isPostfixUnaryExpression(node)) {
    const operand = textOf(node.operand)
    const operator = textOf(node).replace(operand, '').trim()
    const other = OPERATORS[operator]
    if (operator === '!' || (operator === '-' && other)) yield [node, operand]
    else if (other) yield [node, is.isPrefixUnaryExpression(node) ? other + operand : operand + other]
  } else if (node.kind === SyntaxKind.TrueKeyword) yield [node, 'false']
  else if (node.kind === SyntaxKind.FalseKeyword) yield [node, 'true']
  else if (is.isNumericLiteral(node)) yield [node, String(Number(textOf(node).replaceAll('_', '')) + 1)]
  else if (is.isBigIntLiteral(node)) yield [node, `${BigInt(textOf(node).replaceAll('_', '').slice(0, -1)) + 1n}n`]
  else if (is.isStringLiteral(node) || is.isNoSubstitutionTemplateLiteral(node)) {
    if (!isName(node, node.text)) yield [node, node.text === '' ? "'mutant'" : "''"]
  } else if (is.isArrayLiteralExpression(node) && node.elements.length > 0) yield [node, '[]']
  else if (is.isPropertyAccessExpression(node)) {
    if (node.questionDotToken) yield [node.questionDotToken, '.']
    const method = METHODS[node.name.text]
    if (method && is.isCallExpression(node.parent) && node.parent.expression === node) yield [node.name, method]
  } else if (is.isExpressionStatement(node)) yield [node, ';']
  else if (is.isReturnStatement(node)) {
    const { parent } = node
    const isLast = is.isBlock(parent) && parent.statements.at(-1) === node && !is.isIfStatement(parent.parent)
    if (!isLast) yield [node, ';']
  } else if (is.isContinueStatement(node) || is.isBreakStatement(node)) {
    if (!is.isCaseClause(node.parent) && !is.isDefaultClause(node.parent)) yield [node, ';']
  } else if (is.isCaseClause(node)) yield [node, '']
}

const shorten = (text: string): string => {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 70 ? `${line.slice(0, 69)}…` : line
}

/** All mutants of a file, in the order of their places. */
export const mutantsOf = (path: string, file: SourceFile): readonly Mutant[] => {
  const found: Mutant[] = []
  const { text } = file
  const visit = (node: Node): void => {
    if (isSilent(node)) return
    for (const [piece, replacement] of replacementsOf(node, file)) {
      const [start, end] = [piece.getStart(file), piece.end]
      // An operator alone says too little: it is told with its sides.
      const shown = piece === node || is.isStatement(node) ? piece : node
      const [before, after] = [text.slice(shown.getStart(file), start), text.slice(end, shown.end)]
      const change = `${shorten(shown.getText(file))} → ${shorten(before + replacement + after) || 'nothing'}`
      found.push({ path, start, end, replacement, change, line: lineOf(text, start) })
    }
    node.forEachChild(visit)
  }
  visit(file)
  return found
}
