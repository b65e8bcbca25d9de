import { readClaim } from '../claims/claim.ts'
import { isKept } from '../claims/kept.ts'
import { ClusterError } from '../cluster-error.ts'
import { type ClusterConfig, leaves } from '../config.ts'
import { nodeName } from '../machines/names.ts'
import { findOwned, isRunning } from '../processes/processes.ts'
import { type ClusterRequest, type Host, KERNEL_HOST, planCluster } from '../ranges/cluster-plan.ts'
import type { NodeSettings } from '../ranges/node-plan.ts'
import { statePaths, tryReadConfig } from '../state/state.ts'
import { findState } from '../state/state-folder.ts'

/** What was asked for in so many words; what was not is absent. */
export type Asked = Readonly<Record<string, string | undefined>>

/** The cluster of that name that does not run, and can be brought back as it was; undefined where there is none. */
export const keptCluster = (name: string, stateDir: string): ClusterConfig | undefined => {
  const claim = readClaim(name)
  const running = claim === undefined ? findOwned(`${name}/`).length > 0 : isRunning(claim)
  if (running || findState(name, stateDir) === 'none') return undefined
  const config = tryReadConfig(statePaths(stateDir).config)
  return config?.stateDir === stateDir && isKept(claim, config) ? config : undefined
}

/** Throws ClusterError CLUSTER_STOPPED where something else was asked for than the cluster is. */
export const refuseOtherShape = (
  config: ClusterConfig,
  { asked = {}, settings = [] }: { readonly asked?: Asked; readonly settings?: readonly NodeSettings[] },
  state = 'stopped',
): void => {
  const shape: Asked = {
    nodes: `${config.nodes.length}`,
    'load-balancer': config.loadBalancer,
    egress: `${config.egress}`,
    ephemeral: `${config.ephemeral}`,
    audit: `${config.audit === true}`,
    'registry-mirror': (config.registries?.mirrors ?? []).map(({ registry, mirror }) => `${registry}=${mirror}`).join(),
    'insecure-registry': (config.registries?.insecure ?? []).join(),
    'allow-host-access': `${config.allowHostAccess === true}`,
    without: (config.without ?? []).join(),
    network: leaves(config, 'network') ? 'none' : 'routed',
    'cluster-cidr': config.clusterCidr.join(),
    'service-cidr': config.serviceCidr.join(),
    'cluster-dns': config.clusterDns.join(),
    'node-cidr': config.nodeCidr.join(),
    'load-balancer-cidr': config.loadBalancerCidr.join(),
    'nodeport-addresses': config.nodePortAddresses.join(),
    'node-monitor-grace-period': `${config.nodeMonitorGraceSeconds}s`,
    'node-port-range': `${config.nodePortRange.from}-${config.nodePortRange.to}`,
  }
  const refuse = (has: string): never => {
    throw new ClusterError('CLUSTER_STOPPED', `cluster ${config.name} is there, ${state}, and has ${has}`, {
      hint: `bring it back as it was: fairlead up ${config.name}; or take it away first: fairlead down ${config.name}`,
    })
  }
  for (const [flag, value] of Object.entries(asked))
    if (value !== undefined && shape[flag] !== undefined && shape[flag] !== value)
      refuse(`${shape[flag] === '' ? `no --${flag}` : `--${flag} ${shape[flag]}`}, not ${value}`)
  const names = config.nodes.map(({ name }) => name).join(', ')
  const wanted = settings.map(({ name }, index) => name ?? nodeName(index + 1)).join(', ')
  if (settings.length > 0 && wanted !== names) refuse(`the nodes ${names}, not ${wanted}`)
}

/**
 * Throws ClusterError RANGE_TAKEN, which names the route or the cluster, or PORT_TAKEN where somebody else has taken what a
 * stopped cluster had.
 */
export const refuseTakenRanges = (
  config: ClusterConfig,
  others: ClusterRequest['others'],
  host: Host = KERNEL_HOST,
): void => {
  const { name, stateDir, loadBalancer, egress, ephemeral, audit, nodes } = config
  const { allowHostAccess, clusterCidr, serviceCidr, nodeCidr, loadBalancerCidr } = config
  const ranges = {
    clusterCidr: clusterCidr.join(),
    serviceCidr: serviceCidr.join(),
    nodeCidr: nodeCidr.join(),
    loadBalancerCidr: loadBalancerCidr.join(),
  }
  planCluster(
    { name, stateDir, loadBalancer, egress, ephemeral, audit, allowHostAccess, nodes: nodes.length, ranges, others },
    host,
  )
  const { hostPort } = config.apiServer
  if (!host.isPortFree('127.0.0.1', hostPort))
    throw new ClusterError(
      'PORT_TAKEN',
      `another program listens on 127.0.0.1:${hostPort}, where the API of cluster ${name} was`,
      {
        hint: `end it: ss -ltnp sport = :${hostPort} tells which it is`,
      },
    )
}
