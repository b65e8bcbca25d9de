import { chmodSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Claim, listClaims, readClaim } from './claim.ts'
import { ClusterError } from './cluster-error.ts'
import type { ClusterConfig } from './config.ts'
import { makeFolders } from './make-folders.ts'
import type { Role } from './role.ts'
import { stateFault } from './state-fault.ts'
import { findState } from './state-folder.ts'

/** Folder of the clusters that are made from here; $FAIRLEAD_STATE moves it. Absolute. */
export const stateRoot = (): string => resolve(process.env.FAIRLEAD_STATE || '/var/lib/fairlead')

/** Where the parts of one cluster's state lie, all below its folder. */
export const statePaths = (stateDir: string) => ({
  config: join(stateDir, 'cluster.json'),
  /** Written when fabric and nodes are made; the agents wait for it. */
  machines: join(stateDir, 'machines'),
  /** Written by `down`: the supervisors then let their processes end. */
  stopping: join(stateDir, 'stopping'),
  kubeconfig: join(stateDir, 'kubeconfig.json'),
  pki: join(stateDir, 'pki'),
  logs: join(stateDir, 'logs'),
  pods: join(stateDir, 'pods'),
  containers: join(stateDir, 'containers'),
})

/** What a role writes; the older part of it, where there is one, is named by `logFiles`. */
export const logPath = (stateDir: string, role: Role): string => join(statePaths(stateDir).logs, `${role}.log`)

/** What a cluster may be called: its name is part of those of folders, links, namespaces, tables and cgroups. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/

/**
 * The folder of everything that a cluster owns on disk: the one that its claim tells, wherever that is; without a
 * claim, the one that a new cluster would have. Throws ClusterError NAME_INVALID: no name leads out of the state's own
 * folder.
 */
export const clusterStateDir = (name: string): string => {
  if (!NAME.test(name))
    throw new ClusterError('NAME_INVALID', `'${name}' cannot name a cluster`, {
      hint: 'use 1 to 30 lower-case letters, digits and dashes, no dash at either end',
    })
  return readClaim(name)?.stateDir ?? join(stateRoot(), name)
}

/** Replaces a JSON file at once: a reader sees the old text or the new, never half. */
export const writeJson = (path: string, value: unknown): void => {
  const fresh = `${path}.${process.pid}.tmp`
  writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, path)
}

/**
 * Makes a cluster’s state folder there, root’s alone, and writes what it was started with. A container’s user needs no way
 * through it: what is mounted into containers is mounted by root.
 */
export const writeConfig = (config: ClusterConfig): void => {
  const paths = statePaths(config.stateDir)
  makePrivate(dirname(config.stateDir))
  makePrivate(config.stateDir)
  // One that was there before: `up` has found nothing in it.
  chmodSync(config.stateDir, 0o700)
  for (const folder of [paths.logs, paths.pods, paths.containers]) makePrivate(folder)
  writeJson(paths.config, config)
}

const makePrivate = (folder: string): void => makeFolders(folder, 0o700)

/** Throws as readFileSync does where there is none. */
export const readConfig = (path: string): ClusterConfig => JSON.parse(readFileSync(path, 'utf8')) as ClusterConfig

/** The same for whoever cleans up or only looks on: undefined where there is none, or none that can be read. */
export const tryReadConfig = (path: string): ClusterConfig | undefined => {
  try {
    return readConfig(path)
  } catch {
    return undefined
  }
}

/** A cluster of this machine, as far as it is known. */
export interface KnownCluster {
  readonly name: string
  /** Missing where the machine was started again since, or `up` died before it made one. */
  readonly claim: Claim | undefined
  /** Missing where `up` died before it wrote one, or where it is not ours to read. */
  readonly config: ClusterConfig | undefined
}

/**
 * Every cluster that has claimed its name on this machine, wherever its state lies, or has a folder here; by name. `lost`
 * gives claims that were deleted, of those that it is told have none.
 */
export const listClusters = (
  lost: (claimed: ReadonlySet<string>) => readonly Claim[] = () => [],
): readonly KnownCluster[] => {
  const written = listClaims()
  const found = lost(new Set(written.map(({ name }) => name)))
  const claims = new Map([...written, ...found].map((claim) => [claim.name, claim]))
  const names = new Set([...claims.keys(), ...folders()])
  return [...names].sort().map((name) => {
    const claim = claims.get(name)
    return { name, claim, config: tryReadConfig(statePaths(claim?.stateDir ?? clusterStateDir(name)).config) }
  })
}

const folders = (): readonly string[] => {
  const root = stateRoot()
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && NAME.test(entry.name) && isState(entry.name, join(root, entry.name)))
      .map(({ name }) => name)
  } catch (error) {
    // Not made yet, or root's and not ours to look into: then claims alone tell.
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw stateFault(error, root)
  }
}

/** No folder of a stranger is a cluster that died: FAIRLEAD_STATE may name any. */
const isState = (name: string, stateDir: string): boolean => {
  try {
    return findState(name, stateDir) === 'there'
  } catch {
    return false
  }
}
