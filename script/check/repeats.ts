import type { Check, Fault } from './check.ts'
import { isTest, type Unit } from './tree.ts'

/** Lines that make a block. */
const LEAST = 6

/** A line that counts. */
interface Line {
  readonly path: string
  /** Among the lines of its file that count. */
  readonly index: number
  /** In the file, from 1. */
  readonly number: number
  readonly text: string
}

/** The lines of a file that say something: no imports, no comments, no lone brackets. */
const linesOf = ({ path, text, syntax }: Unit): readonly Line[] => {
  const blanked = syntax.module.staticImports.reduceRight(
    (kept, { start, end }) => kept.slice(0, start) + kept.slice(start, end).replace(/[^\n]/g, '') + kept.slice(end),
    text,
  )
  return blanked
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .split('\n')
    .map((line, at) => ({
      number: at + 1,
      text: line
        .replace(/^\s*\/\/.*/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    }))
    .filter((line) => /\w/.test(line.text))
    .map((line, index) => ({ path, index, ...line }))
}

/** A block of lines that stands in two places of src/. */
export const repeats: Check = {
  name: 'repeats',
  find: ({ units }) => {
    const files = [...units.values()].filter(({ path }) => path.startsWith('src/') && !isTest(path)).map(linesOf)
    const places = new Map<string, Line[]>()
    for (const lines of files)
      for (let start = 0; start + LEAST <= lines.length; start++) {
        const block = lines
          .slice(start, start + LEAST)
          .map(({ text }) => text)
          .join('\n')
        const known = places.get(block)
        if (known) known.push(lines[start]!)
        else places.set(block, [lines[start]!])
      }
    const byPath = new Map(files.map((lines) => [lines[0]?.path, lines]))
    const faults: Fault[] = []
    for (const same of places.values())
      for (const [at, one] of same.entries())
        for (const other of same.slice(at + 1)) {
          const before = (line: Line) => byPath.get(line.path)![line.index - 1]?.text
          // A later part of a run that was told from its start; a run that overlaps itself is a table.
          if (before(one) !== undefined && before(one) === before(other)) continue
          const [from, to] = [byPath.get(one.path)!, byPath.get(other.path)!]
          let length = LEAST
          while (from[one.index + length] && from[one.index + length]!.text === to[other.index + length]?.text) length++
          faults.push({
            subject: `${one.path} ~ ${other.path}`,
            message: `${length} lines from line ${one.number} stand again from line ${other.number}: let one piece serve both`,
          })
        }
    return faults
  },
}
