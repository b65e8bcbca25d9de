import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'
import type { ServiceCIDR } from '#api/networking/servicecidr/message.ts'

/** What of a cluster is looked at before anything is installed. */
export interface ClusterObjects {
  readonly nodes: readonly Node[]
  /** Of all namespaces. */
  readonly daemonSets: readonly DaemonSet[]
  /** Of all namespaces. */
  readonly deployments: readonly Deployment[]
  readonly serviceCidrs: readonly ServiceCIDR[]
  /** Of kinds: names and labels. */
  readonly definitions: readonly CustomResourceDefinition[]
  readonly ingressClasses: readonly IngressClass[]
  /** kube-system/kube-dns, or what stands in its place. */
  readonly dnsService: Service | undefined
  /** default/kubernetes: the API servers. */
  readonly apiServerSlices: readonly EndpointSlice[]
  /** Of kube-system, by name: kube-proxy, kubeadm-config, coredns, those that there are and may be read. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>
}
