import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolders } from '#cluster/state/make-folders.ts'
import { faultWords } from '#cluster/state/state-fault.ts'
import { CliError } from '../cli-error.ts'

/** How long to wait for another program that holds the file's lock, milliseconds. */
const LOCK_WAIT_MS = 3_000

/**
 * The file that kubectl itself would write to: `--kubeconfig`; else of a `$KUBECONFIG` list the first that exists, or
 * the last where none does; else ~/.kube/config (client-go, PathOptions.GetDefaultFilename).
 */
export const kubeconfigPath = (explicit: string | undefined, environment: NodeJS.ProcessEnv): string => {
  if (explicit !== undefined) return explicit
  const list = (environment.KUBECONFIG ?? '').split(':').filter((path) => path !== '')
  if (list.length > 0) return list.find((path) => existsSync(path)) ?? list.at(-1)!
  return join(environment.HOME || homedir(), '.kube', 'config')
}

/** As many links as the kernel follows. */
const MOST_LINKS = 40

/**
 * What a symbolic link leads to, so that the link itself stays, also where nothing is there yet. Throws CliError
 * KUBECONFIG_MALFORMED where links lead in a circle.
 */
const target = (path: string): string => {
  let file = path
  for (let links = 0; links < MOST_LINKS; links++) {
    if (!lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) return file
    file = resolve(dirname(file), readlinkSync(file))
  }
  throw new CliError('KUBECONFIG_MALFORMED', `${path} is a link that leads nowhere`, {
    hint: 'mend it, or give another file with --kubeconfig',
  })
}

/**
 * Reads `path`, lets `edit` change its text, and puts the result in its place at once (mode 0600, the owner kept),
 * under kubectl's own lock file `PATH.lock`. `edit` gets undefined where there is no file; what it returns as undefined
 * is not written, and where it returns '' the file goes away, unless it is the target of a link. Throws CliError
 * KUBECONFIG_LOCKED, KUBECONFIG_UNUSABLE, and what `edit` throws.
 */
export const editKubeconfigFile = async (
  path: string,
  edit: (text: string | undefined) => string | undefined,
): Promise<void> => {
  try {
    await editFile(path, edit)
  } catch (error) {
    const words = faultWords(error)
    if (words === undefined) throw error
    throw new CliError('KUBECONFIG_UNUSABLE', `the kubeconfig ${path} cannot be written: ${words}`, {
      hint: 'mend that, or give another file with --kubeconfig or $KUBECONFIG',
      cause: error,
    })
  }
}

const editFile = async (path: string, edit: (text: string | undefined) => string | undefined): Promise<void> => {
  const file = target(path)
  // Where kubectl puts it: beside the path that it was given.
  const lock = `${path}.lock`
  for (const folder of [dirname(path), dirname(file)]) makeFolders(folder, 0o755)
  await takeLock(lock, path)
  try {
    const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined
    const after = edit(before)
    if (after === undefined || after === before) return
    if (after === '' && file === path) rmSync(file, { force: true })
    else replace(file, after, before !== undefined)
  } finally {
    rmSync(lock, { force: true })
  }
}

const replace = (file: string, text: string, isThere: boolean): void => {
  const fresh = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'w' })
    chmodSync(fresh, 0o600)
    if (isThere) {
      const owner = statSync(file)
      chownSync(fresh, owner.uid, owner.gid)
    }
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}

const takeLock = async (lock: string, path: string): Promise<void> => {
  const until = Date.now() + LOCK_WAIT_MS
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx', 0o000))
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (Date.now() > until)
        throw new CliError('KUBECONFIG_LOCKED', `${path} is locked: ${lock} exists`, {
          hint: `if no kubectl is at work there, remove it: rm ${lock}`,
          cause: error,
        })
      await sleep(25)
    }
  }
}
