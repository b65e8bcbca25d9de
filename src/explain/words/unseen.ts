import type { GatewayResource, ProxyModeMatter, Unseen, UnseenResource } from '../trace/unseen.ts'

const CLAIMS_LEFT_OUT = 'what claims of a pod that has no node wait for is not looked at'

const WITHOUT: Readonly<Record<Exclude<UnseenResource, GatewayResource>, string>> = {
  deployments: 'cures change pods, not what makes them',
  replicasets: 'one that is scaled to 0 is not recognised',
  events: 'why a probe fails is not quoted',
  namespaces: 'one that does not exist is not recognised, and policies are not looked at',
  networkpolicies: 'what they stop is not known',
  clusternetworkpolicies: 'what they stop is not known',
  persistentvolumeclaims: CLAIMS_LEFT_OUT,
  persistentvolumes: CLAIMS_LEFT_OUT,
  storageclasses: CLAIMS_LEFT_OUT,
}

const GATEWAYS_LEFT_OUT = 'what they ask of gateways is not known'
const OF_GATEWAYS: Readonly<Partial<Record<GatewayResource, string>>> = {
  secrets: 'certificates of gateways are taken for good ones',
  configmaps: 'what the proxies of gateways refuse is not known, nor which authorities they trust',
}
const isOfGateways = (resource: UnseenResource): resource is GatewayResource => !Object.hasOwn(WITHOUT, resource)

const MODES: Readonly<Record<ProxyModeMatter, string>> = {
  'node-port-at-localhost':
    'a node port at 127.0.0.1 of a node: iptables answers there as well (--iptables-localhost-nodeports), the others do not',
  'node-port-addresses':
    'at which of its addresses a node answers for node ports: nftables at its primary one alone, iptables and IPVS at all, if --nodeport-addresses does not say otherwise',
  refusal:
    'how a Service without endpoints refuses: kube-proxy by an ICMP error at once; eBPF may drop, so that the client waits',
  'port-not-served':
    'a port that a ClusterIP does not serve: nftables refuses; with iptables the packet leaves by the default route, and nobody answers; with IPVS the address is the node’s, and a program of the node on that port answers',
  'address-unassigned':
    'an address that no Service has: nftables drops it; with the others the packet leaves by the default route',
  'affinity-client':
    'whom session affinity takes for one client: kube-proxy the address that the node sees; eBPF at the socket the pod itself',
  'policy-local':
    'whether externalTrafficPolicy Local binds pods and nodes: iptables and nftables spare them (all endpoints); IPVS gives them the endpoints of the node that has some; eBPF may translate on the sender’s own node, so that no other node has a part in it',
  'source-seen':
    'whose address the backend sees: eBPF may keep the client’s where kube-proxy puts the node’s (direct server return)',
}

const OF_OTHERS = {
  proxy:
    'what the nodes’ kernels hold of Services, since the proxy is others’ here (--without proxy): this is what kube-proxy’s contract says should happen',
  dns: 'what DNS answers, since it is others’ here (--without dns): this is what the specification says that it should',
  network:
    'how packets get from a node to a pod and on, since the pod network is others’ here (--network none): it is taken to do what Kubernetes asks of it',
  policies:
    'what the nodes’ kernels hold of NetworkPolicies, since others keep them here (--without policies, or network): they are taken to do what Kubernetes asks of them',
  gateway: 'what becomes of requests at Ingresses and Gateways, since others serve them here (--without gateway)',
} as const

/** What nobody could look at, and what follows from it. */
export function unseenText(unseen: Unseen): string {
  switch (unseen.code) {
    case 'api-only':
      return `only the API of ${unseen.server} was asked: this is what kube-proxy’s contract says should happen`
    case 'listeners-and-kernels':
      return 'what programs listen on, and what the nodes’ kernels hold'
    case 'listeners':
      return 'what programs listen on'
    case 'proxy-flags':
      return 'kube-proxy’s own flags (--nodeport-addresses, --masquerade-all, --cluster-cidr), and rules of others'
    case 'policies-kept':
      return 'whether its pod network keeps NetworkPolicies: they are taken to be kept'
    case 'pod-ranges':
      return 'the ranges of pods: nodes name none, so the addresses of the pods that are there stand for them'
    case 'service-range':
      return unseen.known.length > 0
        ? `the range of Services, which no API tells: at least ${unseen.known.join(' and ')}; --service-cidr gives it`
        : 'the range of Services: give --service-cidr'
    case 'resource':
      return `${unseen.resource} (${unseen.why === 'forbidden' ? 'forbidden' : 'not served'}): ${isOfGateways(unseen.resource) ? (OF_GATEWAYS[unseen.resource] ?? GATEWAYS_LEFT_OUT) : WITHOUT[unseen.resource]}`
    case 'agents':
      return 'the agents do not answer: no kernel was asked what it holds, so this is what the rules should do; --live sends real packets'
    case 'of-others':
      return OF_OTHERS[unseen.what]
    case 'kernels-behind':
      return `what is still to be written to the kernel of ${unseen.nodes.join(', ')}`
    case 'kernels-silent':
      return `the kernel of ${unseen.nodes.join(', ')}: its agent tells nothing`
    case 'proxy-mode':
      return `which mode its proxy has, and so ${MODES[unseen.about]}`
  }
}
