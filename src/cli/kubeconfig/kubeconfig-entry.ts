import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { clusterStateDir } from '#cluster/claims/known-clusters.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { adminAccess } from '#cluster/state/admin-access.ts'
import { statePaths, writeJson } from '#cluster/state/state.ts'
import { shownFolder } from '#runtime/images/host-folders.ts'
import { CliError } from '../cli-error.ts'
import { addCluster, EMPTY_KUBECONFIG, removeCluster } from './kubeconfig.ts'
import { editKubeconfigFile, kubeconfigPath } from './kubeconfig-file.ts'

/** Where a cluster's entry went; kept with the cluster's state for `down`. */
interface Entry {
  readonly path: string
}

/**
 * Throws CliError KUBECONFIG_SHOWN where the kubeconfig would lie in what pods see of the machine: whoever reads it is the
 * cluster's administrator.
 */
export const refuseShownKubeconfig = (explicit: string | undefined, environment: NodeJS.ProcessEnv): void => {
  const path = resolve(kubeconfigPath(explicit, environment))
  const folder = shownFolder(path)
  if (folder !== undefined)
    throw new CliError('KUBECONFIG_SHOWN', `the kubeconfig ${path} lies in ${folder}, which pods see`, {
      hint: 'give another file with --kubeconfig: pods of fairlead/host see the machine’s folders of programs',
    })
}

/**
 * Merges the cluster into the kubeconfig as its current context: into the one that is named, else, for a cluster that is
 * brought back, the one that it was in. Gives the file's path.
 */
export const enterKubeconfig = async (
  config: ClusterConfig,
  explicit: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<string> => {
  const record = statePaths(config.stateDir).kubeconfig
  const former = notedPath(record)
  const path = (explicit === undefined ? former : undefined) ?? resolve(kubeconfigPath(explicit, environment))
  // Before the edit: `down` must find it if we die in between.
  writeJson(record, { path } satisfies Entry)
  if (former !== undefined && former !== path) await leaveKubeconfig(config.name, former)
  await editKubeconfigFile(path, (text) => addCluster(text, config.name, adminAccess(config), path))
  return path
}

/** Where the cluster's entry is: as it was noted, or, where the state was deleted, in the file that kubectl uses. */
export const kubeconfigOfCluster = (name: string, environment: NodeJS.ProcessEnv): string => {
  const noted = notedPath(statePaths(clusterStateDir(name)).kubeconfig)
  return noted ?? resolve(kubeconfigPath(undefined, environment))
}

/** Undefined where nothing is noted, or what is there was cut short. */
const notedPath = (record: string): string | undefined => {
  try {
    const { path } = JSON.parse(readFileSync(record, 'utf8')) as Partial<Entry>
    return typeof path === 'string' ? path : undefined
  } catch {
    return undefined
  }
}

/**
 * Undoes enterKubeconfig. A file that is gone, or that holds nothing of the cluster, stays as it is. Whether there was
 * anything.
 */
export const leaveKubeconfig = async (name: string, path: string): Promise<boolean> => {
  if (!existsSync(path)) return false
  let found = false
  await editKubeconfigFile(path, (text) => {
    const without = removeCluster(text, name, path)
    found = without !== undefined
    return without === EMPTY_KUBECONFIG ? '' : without
  })
  return found
}
