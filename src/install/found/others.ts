import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { PartName } from '#incluster/settings/part-name.ts'
import { objectKey } from '#objects/object-key.ts'
import type { ClusterObjects } from './found.ts'

/** Something of others that does what a part of ours would do. */
export interface Other {
  /** What people call it. */
  readonly name: string
  readonly kind: 'DaemonSet' | 'Deployment'
  readonly namespace: string
  readonly object: string
  /** Parts of ours that would do the same. */
  readonly does: readonly PartName[]
}

interface Known {
  readonly name: string
  readonly does: readonly PartName[]
  /** By its workload's name, or the labels that its makers give it. */
  readonly named: RegExp
  readonly labels?: readonly (readonly [key: string, value: string])[]
}

/** The field's usual programs, by the names of their own manifests. */
const KNOWN: readonly Known[] = [
  { name: 'kube-proxy', does: ['proxy'], named: /^kube-proxy/, labels: [['k8s-app', 'kube-proxy']] },
  { name: 'Cilium', does: ['network', 'policy'], named: /^cilium$/, labels: [['k8s-app', 'cilium']] },
  {
    name: 'Calico',
    does: ['network', 'policy'],
    named: /^(calico|canal)(-node)?$/,
    labels: [['k8s-app', 'calico-node']],
  },
  { name: 'flannel', does: ['network'], named: /^kube-flannel/, labels: [['app', 'flannel']] },
  { name: 'kindnet', does: ['network'], named: /^kindnet$/ },
  { name: 'kube-router', does: ['network', 'policy', 'proxy'], named: /^kube-router$/ },
  { name: 'Weave Net', does: ['network', 'policy'], named: /^weave-net$/ },
  { name: 'Antrea', does: ['network', 'policy'], named: /^antrea-agent$/ },
  { name: 'OVN-Kubernetes', does: ['network', 'policy', 'proxy'], named: /^ovnkube-node/ },
  { name: 'Amazon VPC CNI', does: ['network'], named: /^aws-node$/ },
  { name: 'kube-network-policies', does: ['policy'], named: /^kube-network-policies/ },
  { name: 'CoreDNS', does: ['dns'], named: /^coredns/, labels: [['k8s-app', 'kube-dns']] },
  { name: 'NodeLocal DNSCache', does: ['dns'], named: /^node-local-dns/ },
  { name: 'MetalLB', does: ['balancer'], named: /^(metallb-)?speaker$/ },
  { name: 'kube-vip', does: ['balancer'], named: /^kube-vip/ },
  { name: 'Fairlead', does: [], named: /^fairlead-node$/ },
]

/** What others do in a cluster, as far as their workloads can be known. */
export const othersIn = ({
  daemonSets,
  deployments,
}: Pick<ClusterObjects, 'daemonSets' | 'deployments'>): readonly Other[] =>
  [
    ...daemonSets.map((object) => ({ kind: 'DaemonSet' as const, object })),
    ...deployments.map((object) => ({ kind: 'Deployment' as const, object })),
  ].flatMap(({ kind, object }) => {
    const known = KNOWN.find((one) => isIt(one, object))
    if (known === undefined || known.does.length === 0) return []
    const { namespace = '', name = '' } = object.metadata ?? {}
    return [{ name: known.name, kind, namespace, object: name, does: known.does }]
  })

const isIt = ({ named, labels = [] }: Known, { metadata }: DaemonSet | Deployment): boolean =>
  named.test(metadata?.name ?? '') || labels.some(([key, value]) => metadata?.labels?.[key] === value)

/** `DaemonSet kube-system/kube-proxy`. */
export const workloadText = ({ kind, namespace, object }: Other): string => `${kind} ${objectKey(namespace, object)}`
