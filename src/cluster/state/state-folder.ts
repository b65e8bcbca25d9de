import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { ClusterError } from '../cluster-error.ts'
import { removeEmptyFolder } from './empty-folder.ts'
import { stateFault } from './state-fault.ts'

/** What a cluster lays into its state folder, itself or by what it starts. Nothing else in there is ever removed. */
const OWN = new Set([
  'agent.sock',
  'api.sock',
  'cluster.json',
  'containers',
  'control-plane-fault.json',
  'control-plane-lives.json',
  'kubeconfig.json',
  'logs',
  'machines',
  'objects.db',
  'objects.db-shm',
  'objects.db-wal',
  'pki',
  'pods',
  'registry',
  'stopping',
])
/** What people lay there for a cluster, before it is up or later: it is no state, and outlives the cluster. */
const BROUGHT = new Set(['seccomp'])
/** Half a file: who wrote it was killed. */
const DRAFT = /^[a-z-]+\.json\.\d+\.tmp$/

/** How the names begin of what was once the file of objects, and could not be read. */
export const SET_ASIDE = 'set-aside-'

const isOwn = (entry: string): boolean => OWN.has(entry) || DRAFT.test(entry) || entry.startsWith(SET_ASIDE)

/** Whether a path may be the state folder of the cluster `name` at all: absolute, and called as it. */
export const mayBeStateOf = (name: string, stateDir: unknown): stateDir is string =>
  typeof stateDir === 'string' && isAbsolute(stateDir) && basename(stateDir) === name

/**
 * Whether the folder holds the state of the cluster `name`: 'none' where nothing is there. It is known by its
 * configuration; where that is missing or damaged (`up` was killed, somebody deleted it), by holding nothing else than
 * a cluster does. What people have brought for the cluster is no state of it. Throws ClusterError STATE_FOREIGN where it
 * is something else, which names what lies there: a claim may be forged, and `FAIRLEAD_STATE=/` makes `etc` a cluster's
 * name.
 */
export const findState = (name: string, stateDir: string): 'none' | 'there' => {
  const stat = lstatSync(stateDir, { throwIfNoEntry: false })
  if (stat === undefined) return 'none'
  const entries = stat.isDirectory() ? readdirSync(stateDir) : undefined
  if (mayBeStateOf(name, stateDir) && entries?.length && entries.every((entry) => BROUGHT.has(entry))) return 'none'
  const strangers = entries?.filter((entry) => !isOwn(entry) && !BROUGHT.has(entry))
  if (
    strangers !== undefined &&
    mayBeStateOf(name, stateDir) &&
    (strangers.length === 0 || isConfigured(name, stateDir))
  )
    return 'there'
  const what = strangers === undefined ? 'it is no folder' : `it holds ${strangers.slice(0, 3).join(', ') || 'another'}`
  throw new ClusterError('STATE_FOREIGN', `${stateDir} is not the state of cluster ${name}: ${what}`, {
    hint: 'nothing in it was touched; choose another name, or another FAIRLEAD_STATE',
  })
}

const isConfigured = (name: string, stateDir: string): boolean => {
  try {
    const config = JSON.parse(readFileSync(join(stateDir, 'cluster.json'), 'utf8')) as {
      name?: unknown
      stateDir?: unknown
    }
    return config.name === name && config.stateDir === stateDir
  } catch {
    return false
  }
}

/** The folders of the state that a cluster mounts things below. */
export const mountFolders = (stateDir: string): readonly string[] =>
  ['pods', 'containers'].map((entry) => join(stateDir, entry))

/**
 * Removes what a cluster has laid into its state folder, and the folder where nothing else is in it. Throws ClusterError
 * STATE_UNUSABLE, which names what does not go.
 */
export const removeState = (stateDir: string): void => {
  try {
    for (const entry of readdirSync(stateDir).filter(isOwn))
      rmSync(join(stateDir, entry), { recursive: true, force: true })
    removeEmptyFolder(stateDir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw stateFault(error, stateDir)
  }
}
