import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import { daemonSets } from '#api/apps/daemonset/resource.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'
import { SERVICE_NAME_LABEL } from '#objects/well-known.ts'
import type { ClusterObjects } from './found.ts'

const SYSTEM = { namespace: 'kube-system' } as const
const MAPS = ['kube-proxy', 'kubeadm-config', 'coredns'] as const

/** Undefined where there is none: no such object, or no such kind. */
const ifThere = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Reads what an installation depends on. Rejects with what the API server says. */
export const readCluster = async (client: Client): Promise<ClusterObjects> => {
  const slicesOfServer = { namespace: 'default', labelSelector: `${SERVICE_NAME_LABEL}=kubernetes` }
  const [nodeList, sets, deployed, ranges, defined, classes, dnsService, slices, maps] = await Promise.all([
    client.list(nodes),
    client.list(daemonSets),
    client.list(deployments),
    ifThere(client.list(serviceCidrs)),
    client.list(customResourceDefinitions),
    client.list(ingressClasses),
    ifThere(client.get(services, 'kube-dns', SYSTEM)),
    client.list(endpointSlices, slicesOfServer),
    Promise.all(MAPS.map(async (name) => [name, await ifThere(client.get(configMaps, name, SYSTEM))] as const)),
  ])
  return {
    nodes: nodeList.items,
    daemonSets: sets.items,
    deployments: deployed.items,
    serviceCidrs: ranges?.items ?? [],
    definitions: defined.items,
    ingressClasses: classes.items,
    dnsService,
    apiServerSlices: slices.items,
    configMaps: new Map(maps.filter((one): one is readonly [(typeof MAPS)[number], ConfigMap] => one[1] !== undefined)),
  }
}
