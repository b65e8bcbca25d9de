import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ClusterError } from './cluster-error.ts'
import type { ClusterConfig } from './config.ts'

/** Folder of all clusters of this machine; $FAIRLEAD_STATE moves it. */
export const stateRoot = (): string => process.env.FAIRLEAD_STATE ?? '/var/lib/fairlead'

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

/** Programs that run as long as a cluster does. */
export type Role = 'control-plane' | 'agent-host'

/** What a role writes; the older part of it, where there is one, is named by `logFiles`. */
export const logPath = (stateDir: string, role: Role): string => join(statePaths(stateDir).logs, `${role}.log`)

/** What a cluster may be called: its name is part of those of folders, links, namespaces, tables and cgroups. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/

/**
 * The folder of everything that a cluster owns on disk. Throws ClusterError NAME_INVALID: no name leads out of the
 * state's own folder.
 */
export const clusterStateDir = (name: string): string => {
  if (!NAME.test(name))
    throw new ClusterError('NAME_INVALID', `'${name}' cannot name a cluster`, {
      hint: 'use 1 to 30 lower-case letters, digits and dashes, no dash at either end',
    })
  return join(stateRoot(), name)
}

/** Replaces a JSON file at once: a reader sees the old text or the new, never half. */
export const writeJson = (path: string, value: unknown): void => {
  const fresh = `${path}.${process.pid}.tmp`
  writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, path)
}

/** Makes a cluster’s state folder there, and writes what it was started with. */
export const writeConfig = (config: ClusterConfig): void => {
  const paths = statePaths(config.stateDir)
  mkdirSync(config.stateDir, { recursive: true, mode: 0o755 })
  for (const folder of [paths.logs, paths.pods, paths.containers]) mkdirSync(folder, { recursive: true, mode: 0o711 })
  writeJson(paths.config, config)
}

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

/**
 * Every cluster that this machine has a folder of, by name; `config` is missing where `up` died before it wrote one.
 */
export const listClusters = (): readonly { readonly name: string; readonly config: ClusterConfig | undefined }[] => {
  if (!existsSync(stateRoot())) return []
  return readdirSync(stateRoot(), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .map(({ name }) => ({ name, config: tryReadConfig(statePaths(clusterStateDir(name)).config) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}
