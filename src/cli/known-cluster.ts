import { existsSync } from 'node:fs'
import type { ClusterConfig } from '#cluster/config.ts'
import { clusterStateDir, statePaths, tryReadConfig } from '#cluster/state.ts'
import { CliError } from './cli-error.ts'

/** The cluster of that name, or CliError CLUSTER_UNKNOWN. */
export const knownCluster = (name: string): ClusterConfig => {
  const stateDir = clusterStateDir(name)
  const config = tryReadConfig(statePaths(stateDir).config)
  if (!config && existsSync(stateDir))
    throw new CliError('CLUSTER_BROKEN', `the state of cluster ${name} in ${stateDir} cannot be read`, {
      hint: `clean it up: fairlead down --name ${name}`,
    })
  if (!config)
    throw new CliError('CLUSTER_UNKNOWN', `there is no cluster named ${name}`, {
      hint: 'fairlead list shows those that are there',
    })
  return config
}
