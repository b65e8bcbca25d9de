import { execFile } from 'node:child_process'
import { fileMark } from './file-mark.ts'

/** The first line of `runc --version`. */
const TOLD = /^runc version (\S+)/m

/**
 * The version of the runc that `find` gives, as it tells it: `1.1.5+ds1`; undefined where it does not. It is asked until it
 * has told once, and again where another one lies at its path; who asks meanwhile, as each node of a cluster does, waits for
 * the same answer. Never rejects.
 */
export const toldVersion = (find: () => string): (() => Promise<string | undefined>) => {
  let told: string | undefined
  let asked: { readonly mark: string; readonly answer: Promise<string | undefined> } | undefined
  return async () => {
    try {
      const runc = find()
      const mark = fileMark(runc)
      asked = asked?.mark === mark ? asked : { mark, answer: ask(runc) }
      const { answer } = asked
      const version = await answer
      if (version !== undefined) told = version
      else if (asked?.answer === answer) asked = undefined
    } catch {
      // It is being replaced, or is not there yet.
    }
    return told
  }
}

const ask = async (runc: string): Promise<string | undefined> =>
  await new Promise((resolve) => {
    execFile(runc, ['--version'], { timeout: 10_000 }, (_, stdout) => resolve(TOLD.exec(stdout)?.[1]))
  })
