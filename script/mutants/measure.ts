import { join } from 'node:path'
import type { Tree } from '../check/tree.ts'
import { applyTo, type Mutant } from './mutant.ts'
import { runTests } from './run-tests.ts'
import { testsOf } from './tests-of.ts'
import { TypeFaults } from './type-faults.ts'

/** What was found of some mutants. */
interface Measured {
  readonly caught: readonly Mutant[]
  /** Refused by the compiler, and so no mutant that could be committed. */
  readonly refused: readonly Mutant[]
  readonly survived: readonly Mutant[]
}

/** At the least, what a run may take before it is taken for endless: machines stand still at times. */
const PATIENCE_MS = 20_000

/**
 * Runs the room's tests of each mutant's file, some at a time.
 * @param top folder of the tree, absolute
 * @param isRun which of the room's tests are run, by their paths
 * @param onDone is called after each mutant
 * @throws Error where the tests fail without any mutant
 */
export const measure = async (
  top: string,
  tree: Tree,
  mutants: readonly Mutant[],
  processes: number,
  isRun: (test: string) => boolean = () => true,
  onDone: (mutant: Mutant, isCaught: boolean) => void = () => {},
): Promise<Measured> => {
  const testsByFile = new Map<string, { readonly files: readonly string[]; readonly limitMs: number }>()
  /** By the tests, whatever their order: many files of a large room have the same. */
  const limits = new Map<string, number>()
  for (const { path } of mutants) {
    if (testsByFile.has(path)) continue
    const tests = testsOf(path, tree).filter(isRun)
    const files = tests.map((test) => join(top, test))
    const key = files.toSorted().join()
    const began = performance.now()
    if (!limits.has(key) && files.length > 0 && (await runTests(files, undefined, 10 * PATIENCE_MS)) !== 'passed')
      throw new Error(`the tests of ${path} fail as it is: ${tests.join(', ')}`)
    const limitMs = limits.get(key) ?? Math.max(PATIENCE_MS, 5 * (performance.now() - began))
    limits.set(key, limitMs)
    testsByFile.set(path, { files, limitMs })
  }
  const caught: Mutant[] = []
  const standing: Mutant[] = []
  const waiting = mutants.values()
  const work = async (): Promise<void> => {
    for (const mutant of waiting) {
      const { files, limitMs } = testsByFile.get(mutant.path)!
      const sown = { file: join(top, mutant.path), text: applyTo(tree.texts.get(mutant.path)!, mutant) }
      const isCaught = files.length > 0 && (await runTests(files, sown, limitMs)) !== 'passed'
      ;(isCaught ? caught : standing).push(mutant)
      onDone(mutant, isCaught)
    }
  }
  await Promise.all(Array.from({ length: processes }, work))
  const types = new TypeFaults(top)
  try {
    const isRefused = (mutant: Mutant) =>
      types.has(join(top, mutant.path), applyTo(tree.texts.get(mutant.path)!, mutant))
    const refused = new Set(standing.filter(isRefused))
    return { caught, refused: [...refused], survived: standing.filter((mutant) => !refused.has(mutant)) }
  } finally {
    types.close()
  }
}
