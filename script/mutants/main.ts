/** `script/mutate ROOM`: see there. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { parseArgs } from 'node:util'
import { isTest, readTree, roomOf } from '../check/tree.ts'
import { measure } from './measure.ts'
import type { Mutant } from './mutant.ts'
import { mutantsOf } from './mutants-of.ts'
import { parse } from './parse.ts'
import { sample } from './sample.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string' },
    sample: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string' },
    threshold: { type: 'string', default: '90' },
  },
})
const [room] = positionals
const top = join(import.meta.dirname, '..', '..')
const tree = readTree(top)
const files = [...tree.units.values()].filter(
  ({ path }) => roomOf(path) === room && !isTest(path) && (!values.files || matchesGlob(path, `**/${values.files}`)),
)
if (files.length === 0) {
  console.error(`no file of a room: ${positionals.join(' ')} ${values.files ?? ''}`)
  process.exit(2)
}

/** By file, then by change: why the mutant behaves as the code does. */
const equivalents: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'equivalent.json'), 'utf8'),
)
const isEquivalent = ({ path, change }: Mutant): boolean => Object.hasOwn(equivalents[path] ?? {}, change)

const all = [...parse(new Map(files.map(({ path, text }) => [path, text])))].flatMap(([path, file]) =>
  mutantsOf(path, file),
)
const chosen = sample(all, Number(values.sample), Number(values.seed))
const equivalent = chosen.filter(isEquivalent)
const mutants = chosen.filter((mutant) => !isEquivalent(mutant))
const lost = files.flatMap(({ path }) =>
  Object.keys(equivalents[path] ?? {})
    .filter((change) => !all.some((mutant) => mutant.path === path && mutant.change === change))
    .map((change) => `${path}: ${change}`),
)

let done = 0
const isRun = (test: string): boolean => !values.tests || matchesGlob(test, `**/${values.tests}`)
const { caught, refused, survived } = await measure(top, tree, mutants, availableParallelism(), isRun, () => {
  done++
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${mutants.length}`)
})
if (process.stderr.isTTY) process.stderr.write('\r')
for (const { path, line, change } of survived) console.log(`${path}:${line}  ${change}`)
for (const one of lost) console.log(`equivalent.json: no mutant is ${one}`)
const counted = caught.length + survived.length
const score = counted === 0 ? 100 : (100 * caught.length) / counted
console.log(
  `${room}: ${score.toFixed(1)} % of ${counted} caught, ${survived.length} survived;` +
    ` of ${all.length} mutants ${chosen.length} chosen, ${refused.length} refused by the compiler, ${equivalent.length} equivalent`,
)
process.exitCode = score < Number(values.threshold) || lost.length > 0 ? 1 : 0
