/** What nobody could look at, each with what follows from it. */
export type Unseen =
  /** `server`: the URL of the API that alone was asked. */
  | { readonly code: 'api-only'; readonly server: string }
  | { readonly code: 'listeners-and-kernels' | 'listeners' | 'proxy-flags' | 'pod-ranges' | 'agents' | 'policies-kept' }
  /** A cluster of ours, in which others do that. */
  | { readonly code: 'of-others'; readonly what: 'proxy' | 'dns' | 'network' | 'policies' | 'gateway' }
  | { readonly code: 'resource'; readonly resource: UnseenResource; readonly why: 'forbidden' | 'not-served' }
  /** `known`: what all ClusterIPs have in common, which is a part of it. */
  | { readonly code: 'service-range'; readonly known: readonly string[] }
  | { readonly code: 'kernels-behind' | 'kernels-silent'; readonly nodes: readonly string[] }
  | { readonly code: 'proxy-mode'; readonly about: ProxyModeMatter }

export type UnseenResource =
  | 'deployments'
  | 'replicasets'
  | 'events'
  | 'namespaces'
  | 'networkpolicies'
  | 'clusternetworkpolicies'
  | 'persistentvolumeclaims'
  | 'persistentvolumes'
  | 'storageclasses'
  | GatewayResource

/** Of what gateways are made of. */
export type GatewayResource =
  | 'backendtlspolicies'
  | 'configmaps'
  | 'gatewayclasses'
  | 'gateways'
  | 'grpcroutes'
  | 'httproutes'
  | 'ingressclasses'
  | 'ingresses'
  | 'listenersets'
  | 'referencegrants'
  | 'secrets'
  | 'tcproutes'
  | 'tlsroutes'
  | 'udproutes'

/** Where the proxies that Kubernetes clusters have do different things with one packet. */
export type ProxyModeMatter =
  | 'node-port-at-localhost'
  | 'node-port-addresses'
  | 'refusal'
  | 'port-not-served'
  | 'address-unassigned'
  | 'affinity-client'
  | 'policy-local'
  | 'source-seen'
