import { closeSync, existsSync, openSync } from 'node:fs'
import { readClaim } from '#cluster/claim.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { clusterStateDir, listClusters, statePaths, tryReadConfig } from '#cluster/state.ts'
import { CliError } from './cli-error.ts'
import { didYouMean } from './command.ts'

/** The cluster of that name. Throws CliError CLUSTER_UNKNOWN, CLUSTER_BROKEN or NEEDS_ROOT. */
export const knownCluster = (name: string): ClusterConfig => {
  const stateDir = clusterStateDir(name)
  const config = tryReadConfig(statePaths(stateDir).config)
  if (config) return config
  if ((readClaim(name) !== undefined || existsSync(stateDir)) && !isReadable(stateDir)) throw needsRoot(name)
  if (existsSync(stateDir))
    throw new CliError('CLUSTER_BROKEN', `the state of cluster ${name} in ${stateDir} cannot be read`, {
      hint: `clean it up: fairlead down --name ${name}`,
    })
  throw unknownCluster(name)
}

/** CliError CLUSTER_UNKNOWN, with what may have been meant. */
export const unknownCluster = (name: string): CliError => {
  const names = listClusters().map((one) => one.name)
  return new CliError('CLUSTER_UNKNOWN', `there is no cluster named ${name}${didYouMean(name, names)}`, {
    hint:
      names.length > 0 ? 'fairlead list shows those that are there' : 'there is none at all; start one: fairlead up',
  })
}

/** CliError NEEDS_ROOT: the cluster may be well; who asks may not see. */
export const needsRoot = (name: string): CliError =>
  new CliError('NEEDS_ROOT', `only root may look into cluster ${name}: its state and its sockets are root's`, {
    hint: 'say the same with sudo; fairlead list, and kubectl with a kubeconfig of your own, need no rights',
  })

const isReadable = (stateDir: string): boolean => {
  try {
    closeSync(openSync(statePaths(stateDir).config, 'r'))
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EACCES'
  }
}
