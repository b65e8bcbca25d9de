import type { Node, SourceFile } from 'typescript/unstable/ast'
import { SyntaxKind } from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'

/** What a file offers. */
export interface Export {
  readonly name: string
  /** Where its declaration begins, in characters from the start of the file. */
  readonly position: number
  /** Whether it is a type alone, of which nothing is left while running. */
  readonly isType: boolean
}

const has = (node: Node, modifier: SyntaxKind): boolean =>
  (node as { modifiers?: readonly Node[] }).modifiers?.some(({ kind }) => kind === modifier) ?? false

/** All exports of a file, types among them; `export * from` gives none of its own. */
export const exportsOf = (file: SourceFile): readonly Export[] => {
  const found = new Map<string, Export>()
  const add = (statement: Node, name = 'default', isType = false): void => {
    const known = found.get(name)
    // A value and its type may have one name.
    found.set(name, {
      name,
      position: known?.position ?? statement.getStart(),
      isType: isType && !(known && !known.isType),
    })
  }
  for (const statement of file.statements) {
    if (is.isExportDeclaration(statement)) {
      const { exportClause } = statement
      if (exportClause && is.isNamedExports(exportClause))
        for (const { name, isTypeOnly } of exportClause.elements)
          add(statement, name.text, isTypeOnly || statement.isTypeOnly)
    } else if (is.isExportAssignment(statement)) add(statement)
    else if (!has(statement, SyntaxKind.ExportKeyword)) continue
    else if (is.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations)
        for (const each of is.isIdentifier(name) ? [name] : name.elements.map((element) => element.name!))
          add(statement, each.getText())
    } else {
      const { name } = statement as { name?: Node }
      const isDefault = has(statement, SyntaxKind.DefaultKeyword)
      add(
        statement,
        isDefault ? undefined : name?.getText(),
        is.isInterfaceDeclaration(statement) || is.isTypeAliasDeclaration(statement),
      )
    }
  }
  return [...found.values()]
}
