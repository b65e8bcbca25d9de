import { dirname, join, normalize } from 'node:path'
import type { Check, Fault } from './check.ts'
import { walk } from './syntax/walk.ts'
import { isTest, lineOf, type Tree, type Unit } from './tree.ts'

/** A text that ends as the name of a file does, and is not what a statement imports from. */
const NAMES_A_FILE = /(?<!\bfrom |\bimport )(['"`])(?:(?!\1).)*\.ts\1/

/** Whether a file is a program's first: a shell script names it (`bench/$bench.ts` is all of bench/), or a string of code. */
const entriesOf = ({ texts, units }: Tree): ((path: string) => boolean) => {
  const named = new Set<string>()
  for (const { path, text, syntax } of units.values()) {
    if (!NAMES_A_FILE.test(text)) continue
    walk(syntax.program, (node) => {
      if (node.type === 'Literal' && typeof node.value === 'string' && node.value.endsWith('.ts')) {
        named.add(normalize(join(dirname(path), node.value)))
        named.add(node.value)
      }
      return node.type !== 'ImportDeclaration'
    })
  }
  const patterns: RegExp[] = []
  for (const [path, text] of texts) {
    // A document, or the docstring of the file itself, may say how it is started.
    for (const [, program] of text.matchAll(/script\/node ([\w/.-]+\.ts)\b/g)) named.add(program!)
    if (!/^(?:bin|script|\.ci)\/[\w-]+$/.test(path)) continue
    for (const [word] of text.matchAll(/[\w$/.-]+\.ts\b/g)) {
      const pattern = word
        .replace(/^(?:\$top|\.)\//, '')
        .replaceAll('.', '\\.')
        .replace(/\$\w+/g, '[^/]+')
      patterns.push(new RegExp(`^${pattern}$`))
    }
  }
  return (path) => path.endsWith('.test.ts') || named.has(path) || patterns.some((pattern) => pattern.test(path))
}

/** The exports of a file that somebody takes. */
interface Takers {
  isLoaded: boolean
  takesAll: boolean
  readonly names: Set<string>
}

/** Who takes what of whom. */
const takersOf = (units: Iterable<Unit>): ReadonlyMap<string, Takers> => {
  const takers = new Map<string, Takers>()
  for (const { imports } of units)
    for (const { target, names } of imports) {
      if (target === undefined) continue
      if (!takers.has(target)) takers.set(target, { isLoaded: false, takesAll: false, names: new Set() })
      const taken = takers.get(target)!
      taken.isLoaded = true
      if (names === 'all') taken.takesAll = true
      else for (const name of names) taken.names.add(name)
    }
  return takers
}

/** An export that nobody imports, or tests alone; a file that nobody loads. */
export const unused: Check = {
  name: 'unused',
  find: (tree) => {
    const faults: Fault[] = []
    const units = [...tree.units.values()]
    const isEntry = entriesOf(tree)
    const byAll = takersOf(units)
    const byCode = takersOf(units.filter(({ path }) => !isTest(path)))
    for (const { path, exports, text } of units) {
      if (!byAll.get(path)?.isLoaded && !isEntry(path)) {
        faults.push({ subject: path, message: 'nobody imports this file: remove it' })
        continue
      }
      for (const { name, position, isType } of exports) {
        const isTaken = (takers: Takers | undefined) => takers?.takesAll || takers?.names.has(name)
        // A type leaves nothing behind: a test may be the only one to say it.
        if (isTaken(isTest(path) || isType ? byAll.get(path) : byCode.get(path))) continue
        // Whoever starts a program, or names a reporter, takes its default.
        if (name === 'default' && isEntry(path)) continue
        const message = isTaken(byAll.get(path))
          ? 'tests alone import it: test what uses it, or move it to a folder testing/'
          : 'nobody imports it: do not export it'
        faults.push({ subject: `${path}: ${name}`, message: `line ${lineOf(text, position)}: ${message}` })
      }
    }
    return faults
  },
}
