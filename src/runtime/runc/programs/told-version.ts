import { execFile } from 'node:child_process'

/** The first line of `runc --version`. */
const TOLD = /^runc version (\S+)/m

/**
 * The version of the runc that `find` gives, as it tells it: `1.1.5+ds1`; undefined where it does not. It is asked until
 * it has told once. Never rejects.
 */
export const toldVersion = (find: () => string): (() => Promise<string | undefined>) => {
  let told: string | undefined
  return async () => {
    told ??= await ask(find).catch(() => undefined)
    return told
  }
}

const ask = async (find: () => string): Promise<string | undefined> => {
  const runc = find()
  return await new Promise((resolve) => {
    execFile(runc, ['--version'], { timeout: 10_000 }, (_, stdout) => resolve(TOLD.exec(stdout)?.[1]))
  })
}
