import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** What became of a run: a run that takes too long has noticed the mutant as well. */
type Outcome = 'passed' | 'failed' | 'endless'

/** Texts that a process sees in place of files of the tree. */
interface Sown {
  /** Path, absolute. */
  readonly file: string
  readonly text: string
}

/**
 * Runs files of tests in one process, up to the first failure.
 * @param files paths, absolute
 * @param limitMs when it is taken for endless
 */
export const runTests = (files: readonly string[], sown: Sown | undefined, limitMs: number): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const reporter = join(import.meta.dirname, 'first-failure.ts')
    const hook = sown ? ['--import', join(import.meta.dirname, 'sow.ts')] : []
    const options = ['--test', '--test-isolation=none', `--test-reporter=${reporter}`, '--test-force-exit']
    const { NODE_TEST_CONTEXT: _, ...own } = process.env
    // What Node.js has made of our files once it need not make again for each mutant.
    const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/compile'), ...own }
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...hook, ...options, ...files], {
      env: sown ? { ...env, FAIRLEAD_MUTANT: JSON.stringify(sown) } : env,
      stdio: 'ignore',
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    child.once('error', reject)
    child.once('exit', (status, signal) => {
      clearTimeout(timer)
      resolve(signal === 'SIGKILL' ? 'endless' : status === 0 ? 'passed' : 'failed')
    })
  })
