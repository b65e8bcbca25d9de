import { closeSync, existsSync, openSync } from 'node:fs'
import { isKept, isStopped } from '#cluster/claims/kept.ts'
import { clusterStateDir, listClusters } from '#cluster/claims/known-clusters.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { findClaim, lostClaims } from '#cluster/processes/lost-claims.ts'
import { isRunning } from '#cluster/processes/processes.ts'
import { statePaths, tryReadConfig } from '#cluster/state/state.ts'
import { CliError } from '../cli-error.ts'
import { didYouMean } from '../command.ts'

/** So many clusters are named where another was asked for. */
const NAMED = 5

/** The cluster of that name. Throws CliError CLUSTER_UNKNOWN, CLUSTER_BROKEN or NEEDS_ROOT. */
export const knownCluster = (name: string): ClusterConfig => {
  const usual = clusterStateDir(name)
  const claim = findClaim(name)
  const stateDir = claim?.stateDir ?? usual
  const config = tryReadConfig(statePaths(stateDir).config)
  if (config) return config
  const known = claim !== undefined || existsSync(stateDir)
  if (known && !isReadable(stateDir)) throw needsRoot(name)
  if (known)
    throw new CliError('CLUSTER_BROKEN', `the state of cluster ${name} in ${stateDir} cannot be read`, {
      hint: `clean it up: fairlead down ${name}`,
    })
  throw unknownCluster(name)
}

/** CliError CLUSTER_UNKNOWN, with what may have been meant. */
export const unknownCluster = (name: string): CliError => {
  const names = listClusters(lostClaims).map((one) => one.name)
  return new CliError('CLUSTER_UNKNOWN', `there is no cluster named ${name}${didYouMean(name, names)}`, {
    hint: names.length > 0 ? `fairlead list shows ${shown(names)}` : 'there is none at all; start one: fairlead up',
  })
}

/** A few by their names, more as what they are. */
const shown = (names: readonly string[]): string =>
  names.length > NAMED ? `the ${names.length} that are there` : `what is there: ${names.join(', ')}`

/** CliError CLUSTER_SILENT: its API gives no answer, and why, as far as its processes tell. */
export const silentCluster = (config: ClusterConfig, cause: unknown): CliError => {
  const { name } = config
  const claim = findClaim(name)
  const dead = claim === undefined || !isRunning(claim)
  const kept = dead && isKept(claim, config)
  const why = !dead ? '' : isStopped(claim, config) ? ': it is stopped' : ': its processes are dead'
  const hint = kept
    ? `start it again: fairlead up ${name}`
    : dead
      ? `clean it up: fairlead down ${name}`
      : `see how it is: fairlead status ${name}`
  return new CliError('CLUSTER_SILENT', `the API of cluster ${name} does not answer${why}`, { hint, cause })
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
