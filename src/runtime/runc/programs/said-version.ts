import { execFile } from 'node:child_process'
import { RuntimeError } from '../../runtime-error.ts'
import { fileMark } from './file-mark.ts'

const TIMEOUT_MS = 10_000

/** What the program at `path` says of its version, whole; '' where it says nothing. */
export type AskVersion = (path: string) => Promise<string>

interface Said {
  /** What the program was when it was asked. */
  readonly file: string | undefined
  readonly words: Promise<string>
}

/**
 * The one place where programs are asked for their version. Whoever wants to know gets the same answer: a program is asked
 * once, and again where it failed to answer, or where another one lies at its path. An asking rejects with RuntimeError
 * RUNTIME_PROGRAM_MISSING where the program does not start.
 */
export const versionAsker = (): AskVersion => {
  const said = new Map<string, Said>()
  return (path) => {
    const file = fileAt(path)
    const known = said.get(path)
    if (known !== undefined && known.file === file) return known.words
    const forget = () => {
      if (said.get(path)?.words === words) said.delete(path)
    }
    const words = ask(path, forget)
    said.set(path, { file, words })
    // Also where it could not even be tried, as without memory for it.
    words.catch(forget)
    return words
  }
}

const fileAt = (path: string): string | undefined => {
  try {
    return fileMark(path)
  } catch {
    return undefined
  }
}

const ask = (path: string, onFailure: () => void): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(path, ['--version'], { timeout: TIMEOUT_MS }, (error, stdout) => {
      if (error !== null) onFailure()
      if (error !== null && 'syscall' in error)
        reject(
          new RuntimeError('RUNTIME_PROGRAM_MISSING', `${path} does not start: ${error.message}`, { cause: error }),
        )
      else resolve(stdout)
    })
  })
