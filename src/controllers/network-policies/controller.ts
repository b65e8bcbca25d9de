import { namespaces } from '#api/core/namespace/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import type { Resource } from '#api/resource.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { readClusterNetworkPolicy } from '#policy/reading/read-cluster-network-policy.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import type { Policy } from '#policy/rule.ts'
import { type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { eachServed } from '../each-served.ts'
import { sameValue } from '../values/equal.ts'
import {
  desiredConditions,
  faultText,
  HOST_NETWORK,
  INVALID_RULE,
  isOnNodeNetwork,
  unreachable,
  unreachableText,
} from './desired.ts'

type Kind = Policy['kind']
/** What has been told of a policy as it stands. */
interface Told {
  readonly of: string
  readonly things: Set<string>
}

const isClusterPolicies = ({ group, version, plural }: Resource): boolean =>
  group === clusterNetworkPolicies.group &&
  version === clusterNetworkPolicies.version &&
  plural === clusterNetworkPolicies.plural

/**
 * Tells of each policy, in Events and in a ClusterNetworkPolicy's status, what of it does not do what it says: a rule that
 * cannot be read, pods that it selects and cannot reach. Each once, until the policy is another.
 */
export const startNetworkPolicyController = (context: ControllerContext): RunningController | undefined => {
  if (!context.networkPolicies) return undefined
  const { client, informers, clock } = context
  const recorder = recorderOf(context, 'network-policy-controller')
  const [policyCache, podCache, namespaceCache] = [
    informers.for(networkPolicies),
    informers.for(pods),
    informers.for(namespaces),
  ]
  podCache.addIndex('host-network', (pod) => (isOnNodeNetwork(pod) ? [pod.metadata?.namespace ?? ''] : []))
  /** Undefined while the kind is not served: it is a custom resource, which people may take away. */
  let clusterCache: Informer<ClusterNetworkPolicy> | undefined
  const told = new Map<string, Told>()

  const tell = (key: string, object: NetworkPolicy | ClusterNetworkPolicy, policy: Policy): void => {
    const of = `${object.metadata?.uid} ${object.metadata?.generation}`
    const before = told.get(key)
    const { things } = before?.of === of ? before : { things: new Set<string>() }
    told.set(key, { of, things })
    const fault = faultText(policy)
    if (fault !== undefined && !things.has(fault)) {
      things.add(fault)
      recorder.record(object, 'Warning', INVALID_RULE, fault)
    }
    const selected = unreachable(policy, hostPods(object), (name) => namespaceCache.lister.get(name))
    const news = selected.filter((workload) => !things.has(workload))
    if (news.length === 0) return
    for (const workload of news) things.add(workload)
    recorder.record(object, 'Warning', HOST_NETWORK, unreachableText(news))
  }
  const hostPods = ({ kind, metadata }: NetworkPolicy | ClusterNetworkPolicy): readonly Pod[] => {
    const scopes = kind === 'NetworkPolicy' ? [metadata!.namespace!] : namespaceCache.lister.list().map(keyOf)
    return scopes.flatMap((name) => podCache.lister.byIndex('host-network', name))
  }

  const tellStatus = async (object: ClusterNetworkPolicy, policy: Policy): Promise<void> => {
    const before = object.status?.conditions ?? []
    const conditions = desiredConditions(policy, object.metadata?.generation ?? 0, before, clock.now())
    if (sameValue(conditions, before)) return
    await client.update(
      clusterNetworkPolicies,
      { ...object, status: { ...object.status, conditions } },
      { subresource: 'status' },
    )
  }

  const sync = async (id: string): Promise<void> => {
    const [kind, key] = splitId(id)
    const object = kind === 'NetworkPolicy' ? policyCache.lister.byKey(key) : clusterCache?.lister.byKey(key)
    if (object === undefined || isLeaving(object)) {
      told.delete(id)
      return
    }
    if (object.kind === 'NetworkPolicy') return tell(id, object, readNetworkPolicy(object as NetworkPolicy))
    const policy = readClusterNetworkPolicy(object as ClusterNetworkPolicy)
    tell(id, object, policy)
    await tellStatus(object as ClusterNetworkPolicy, policy)
  }

  const { queue, running } = runLoop(context, 'network-policies', [policyCache, podCache, namespaceCache], sync)
  const note = (kind: Kind) => (object: NetworkPolicy | ClusterNetworkPolicy) => queue.add(idOf(kind, keyOf(object)))
  const handlersOf = (kind: Kind) => {
    const noteOne = note(kind)
    return {
      onAdd: noteOne,
      onUpdate: (_: unknown, object: NetworkPolicy | ClusterNetworkPolicy) => noteOne(object),
      onDelete: noteOne,
    }
  }
  const noteClusterPolicies = (): void => {
    for (const one of clusterCache?.lister.list() ?? []) note('ClusterNetworkPolicy')(one)
  }
  /** What selects such a pod may be any policy of its namespace, and any of the cluster's. */
  const notePod = (pod: Pod): void => {
    if (!isOnNodeNetwork(pod)) return
    for (const one of policyCache.lister.list(pod.metadata?.namespace)) note('NetworkPolicy')(one)
    noteClusterPolicies()
  }
  policyCache.addHandlers(handlersOf('NetworkPolicy'))
  podCache.addHandlers({
    onAdd: notePod,
    onUpdate: (before, pod) => {
      if (!sameValue(before.metadata?.labels, pod.metadata?.labels)) notePod(pod)
    },
  })
  namespaceCache.addHandlers({
    onUpdate: (before, one) => {
      if (!sameValue(before.metadata?.labels, one.metadata?.labels)) noteClusterPolicies()
    },
  })
  eachServed(context, (resource) => {
    if (!isClusterPolicies(resource)) return undefined
    const cache = informers.for(clusterNetworkPolicies)
    clusterCache = cache
    cache.addHandlers(handlersOf('ClusterNetworkPolicy'))
    return () => {
      clusterCache = undefined
    }
  })
  return running
}

const idOf = (kind: Kind, key: string): string => `${kind} ${key}`
const splitId = (id: string): readonly [kind: Kind, key: string] => {
  const at = id.indexOf(' ')
  return [id.slice(0, at) as Kind, id.slice(at + 1)]
}
