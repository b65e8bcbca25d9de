import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { ClusterConfig } from '../config.ts'
import type { Role } from '../role.ts'
import { makeFolders } from './make-folders.ts'

/** Folder of the clusters that are made from here; $FAIRLEAD_STATE moves it. Absolute. */
export const stateRoot = (): string => resolve(process.env.FAIRLEAD_STATE || '/var/lib/fairlead')

/**
 * Where the images lie that were brought to this machine, for all clusters whose state is in the same folder; no cluster may
 * be called so.
 */
export const imageStoreFolder = (root: string): string => join(root, '.images')

/** Where the parts of one cluster's state lie, all below its folder. */
export const statePaths = (stateDir: string) => ({
  config: join(stateDir, 'cluster.json'),
  /** Written when fabric and nodes are made; the agents wait for it. */
  machines: join(stateDir, 'machines'),
  /** Written by `down`: the supervisors then let their processes end. */
  stopping: join(stateDir, 'stopping'),
  /** The database of all objects. */
  objects: join(stateDir, 'objects.db'),
  /** Why the control plane does not start; while it serves there is none. */
  controlPlaneFault: join(stateDir, 'control-plane-fault.json'),
  kubeconfig: join(stateDir, 'kubeconfig.json'),
  pki: join(stateDir, 'pki'),
  logs: join(stateDir, 'logs'),
  pods: join(stateDir, 'pods'),
  containers: join(stateDir, 'containers'),
})

/** What a role writes; the older part of it, where there is one, is named by `logFiles`. */
export const logPath = (stateDir: string, role: Role): string => join(statePaths(stateDir).logs, `${role}.log`)

/** What requests to the API are told of, a line each; the older part of it as of other logs. */
export const auditPath = (stateDir: string): string => join(statePaths(stateDir).logs, 'audit.log')

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

/** Takes away what says of a run that it is there: of one that has ended, nobody must believe it. */
export const clearRun = (stateDir: string): void => {
  const { machines, stopping, controlPlaneFault } = statePaths(stateDir)
  for (const path of [machines, stopping, controlPlaneFault, join(stateDir, 'api.sock'), join(stateDir, 'agent.sock')])
    rmSync(path, { force: true })
}

const makePrivate = (folder: string): void => makeFolders(folder, 0o700)

/** Throws as readFileSync does where there is none. What an earlier Fairlead did not write yet is as it was then. */
export const readConfig = (path: string): ClusterConfig => {
  const written = JSON.parse(readFileSync(path, 'utf8')) as ClusterConfig
  const nodes = (written.nodes ?? []).map((node, index) => ({ ...node, number: node.number ?? index + 1 }))
  return { ...written, nodes, nodeMonitorGraceSeconds: written.nodeMonitorGraceSeconds ?? 50 }
}

/** The same for whoever cleans up or only looks on: undefined where there is none, or none that can be read. */
export const tryReadConfig = (path: string): ClusterConfig | undefined => {
  try {
    return readConfig(path)
  } catch {
    return undefined
  }
}
