import type { Service } from '#api/core/service/message.ts'
import { DEFAULT_CLASS_ANNOTATION } from '#api/networking/ingressclass/default-class.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'
import { PART_NAMES, type PartName } from '#incluster/settings/part-name.ts'
import { nthAddress, parseCidr } from '#net/cidr.ts'
import { formatAddress } from '#net/ip-address.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import type { ClusterObjects } from '../found/found.ts'
import { type Other, othersIn, workloadText } from '../found/others.ts'
import { foundRanges } from '../found/ranges.ts'
import { InstallError } from '../install-error.ts'
import { type Installation, isOurs } from '../objects/installation.ts'

/** What somebody asks for; what is left out is found out. */
export interface InstallOptions {
  readonly namespace: string
  readonly image: string
  /** Undefined: all that nobody else does. */
  readonly parts: readonly PartName[] | undefined
  /** Programs of others that are to make room, by the names that they are called by, in lower case. */
  readonly replace: readonly string[]
  readonly clusterCidrs: readonly string[]
  readonly serviceCidrs: readonly string[]
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string | undefined
  readonly apiServers: readonly string[]
  /** The API server that the kubeconfig names: the last resort. */
  readonly kubeconfigServer: string
}

export interface InstallPlan {
  readonly installation: Installation
  /** Who makes room when ours is at work. */
  readonly replaced: readonly Other[]
  /** What whoever installs should know, a sentence each. */
  readonly notes: readonly string[]
}

/** Programs that can make room while traffic goes on: what they leave in kernels is taken away by their own means. */
export const REPLACEABLE = ['kube-proxy'] as const

/** Parts that two may do at once: ours go before theirs. Of the others there can be only one. */
const SIDE_BY_SIDE: readonly PartName[] = ['proxy', 'dns', 'policy', 'gateway']

/** What is to be done for `options` in a cluster of these objects. Throws InstallError, which names the way out. */
export const planInstall = (objects: ClusterObjects, options: InstallOptions): InstallPlan => {
  const others = othersIn(objects)
  const replaced = replacedOf(others, options.replace)
  const staying = others.filter((one) => !replaced.includes(one))
  const parts = options.parts ?? PART_NAMES.filter((part) => staying.every(({ does }) => !does.includes(part)))
  if (parts.length === 0)
    throw new InstallError(
      'INSTALL_NOTHING',
      `others do all that Fairlead does here: ${staying.map(workloadText).join(', ')}`,
      `name what is to be installed beside them: --parts ${SIDE_BY_SIDE.join(',')}`,
    )
  for (const one of staying) {
    const both = one.does.filter((part) => parts.includes(part) && !SIDE_BY_SIDE.includes(part))
    if (both.length > 0)
      throw new InstallError(
        'INSTALL_TAKEN',
        `${one.name} (${workloadText(one)}) does what part ${both.join(', ')} would do, and there can be one of these in a cluster`,
        `leave it out: --parts ${parts.filter((part) => !both.includes(part)).join(',') || 'PARTS'}; or take ${one.name} away first`,
      )
  }
  const found = foundRanges(objects)
  const first = (...lists: readonly (readonly string[])[]) => lists.find((list) => list.length > 0) ?? []
  const serviceCidrs = first(options.serviceCidrs, found.serviceCidrs)
  const settings = {
    parts,
    apiServers: first(options.apiServers, found.apiServers, [options.kubeconfigServer]),
    clusterCidrs: first(options.clusterCidrs, found.clusterCidrs),
    serviceCidrs,
    clusterDns: first(options.clusterDns, found.clusterDns, parts.includes('dns') ? tenthOf(serviceCidrs) : []),
    clusterDomain: options.clusterDomain ?? found.clusterDomain ?? 'cluster.local',
    nodePortAddresses: found.nodePortAddresses,
  }
  // Where nodes have no ranges, nobody gives them any: kube-controller-manager is told so at its start.
  const gives = parts.includes('network') && objects.nodes.every(({ spec }) => (spec?.podCIDRs ?? []).length === 0)
  const missing = (what: string, flag: string) =>
    new InstallError('INSTALL_UNKNOWN', `${what} cannot be found out here`, `say it: ${flag}`)
  if (settings.serviceCidrs.length === 0) throw missing('the range of Services', '--service-cidr CIDR,…')
  if (settings.clusterCidrs.length === 0) throw missing('the range of pods', '--cluster-cidr CIDR,…')
  return {
    installation: {
      namespace: options.namespace,
      image: options.image,
      settings: { ...settings, ...(gives && { nodeIpam: { clusterCidrs: settings.clusterCidrs } }) },
      nodes: objects.nodes.length,
      ...(parts.includes('dns') && !isOthers(objects.dnsService) && { dnsService: settings.clusterDns }),
      defined: objects.definitions.filter((one) => !isOurs(one)).map(({ metadata }) => metadata?.name ?? ''),
      isDefaultIngress: !objects.ingressClasses.some(
        (one) => isDefault(one) && one.spec?.controller !== GATEWAY_CONTROLLER,
      ),
    },
    replaced,
    notes: [
      ...staying.flatMap((one) => besideNote(one, parts)),
      ...replaced.map((one) => `${one.name} (${workloadText(one)}) makes room once every node’s rules are written`),
    ],
  }
}

/** Where DNS is by custom, and where kubelets are told that it is: the tenth address of the Services. */
const tenthOf = (serviceCidrs: readonly string[]): readonly string[] =>
  serviceCidrs.map((cidr) => formatAddress(nthAddress(parseCidr(cidr), 10)))

const isOthers = (service: Service | undefined): boolean => service !== undefined && !isOurs(service)

const isDefault = ({ metadata }: IngressClass): boolean => metadata?.annotations?.[DEFAULT_CLASS_ANNOTATION] === 'true'

const replacedOf = (others: readonly Other[], asked: readonly string[]): readonly Other[] =>
  asked.flatMap((name) => {
    if (!REPLACEABLE.some((one) => one === name))
      throw new InstallError(
        'INSTALL_REPLACE',
        `${name} cannot be replaced while traffic goes on; that can be said of ${REPLACEABLE.join(', ')}`,
        'take it away by the means by which it came, then install',
      )
    // One that is not there has made room already: asked for twice, it is no fault.
    return others.filter((one) => one.name === name && one.kind === 'DaemonSet')
  })

const besideNote = (one: Other, parts: readonly PartName[]): readonly string[] => {
  const both = one.does.filter((part) => parts.includes(part))
  if (both.length === 0) return []
  const way = REPLACEABLE.some((name) => name === one.name) ? `; --replace ${one.name} hands over to ours` : ''
  return [`${one.name} (${workloadText(one)}) stays, and ours go before it for part ${both.join(', ')}${way}`]
}
