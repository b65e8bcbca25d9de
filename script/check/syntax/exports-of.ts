import type { Syntax } from './parse.ts'

/** What a file offers. */
export interface Export {
  readonly name: string
  /** Where its declaration begins, in characters from the start of the file. */
  readonly position: number
  /** Whether it is a type alone, of which nothing is left while running. */
  readonly isType: boolean
}

/** All exports of a file, types among them; `export * from` gives none of its own. */
export const exportsOf = ({ module }: Syntax): readonly Export[] => {
  const found = new Map<string, Export>()
  for (const { start, entries } of module.staticExports)
    for (const { exportName, isType } of entries) {
      if (exportName.kind === 'None') continue
      const name = exportName.name ?? 'default'
      const known = found.get(name)
      // A value and its type may have one name.
      found.set(name, { name, position: known?.position ?? start, isType: isType && (known?.isType ?? true) })
    }
  return [...found.values()]
}
