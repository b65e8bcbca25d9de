import { existsSync } from 'node:fs'
import type { ClusterConfig } from '#cluster/config.ts'
import { clusterStateDir, readConfig, statePaths } from '#cluster/state.ts'
import { CliError } from './cli-error.ts'

/** The cluster of that name, or CliError CLUSTER_UNKNOWN. */
export const knownCluster = (name: string): ClusterConfig => {
  const path = statePaths(clusterStateDir(name)).config
  if (!existsSync(path))
    throw new CliError('CLUSTER_UNKNOWN', `there is no cluster named ${name}`, {
      hint: 'fairlead list shows those that are there',
    })
  return readConfig(path)
}
