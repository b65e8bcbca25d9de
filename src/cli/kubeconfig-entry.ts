import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ClusterConfig } from '#cluster/config.ts'
import { clusterStateDir, statePaths, writeJson } from '#cluster/state.ts'
import { adminAccess } from '#cluster/up.ts'
import { addCluster, removeCluster } from './kubeconfig.ts'
import { editKubeconfigFile, kubeconfigPath } from './kubeconfig-file.ts'

/** Where a cluster's entry went, and what context was current before; kept with the cluster's state for `down`. */
interface Entry {
  readonly path: string
  readonly former: string
}

/** Merges the cluster into the kubeconfig as its current context, and remembers how to undo it. Gives the file's path. */
export const enterKubeconfig = async (
  config: ClusterConfig,
  explicit: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<string> => {
  const path = resolve(kubeconfigPath(explicit, environment))
  await editKubeconfigFile(path, (text) => {
    const { text: merged, former } = addCluster(text, config.name, adminAccess(config), path)
    writeJson(statePaths(config.stateDir).kubeconfig, { path, former } satisfies Entry)
    return merged
  })
  return path
}

/** Undoes enterKubeconfig. A file that is gone, or that holds nothing of the cluster, stays as it is. */
export const leaveKubeconfig = async (name: string): Promise<void> => {
  const record = statePaths(clusterStateDir(name)).kubeconfig
  if (!existsSync(record)) return
  const { path, former } = JSON.parse(readFileSync(record, 'utf8')) as Entry
  if (existsSync(path)) await editKubeconfigFile(path, (text) => removeCluster(text, name, former, path))
}
