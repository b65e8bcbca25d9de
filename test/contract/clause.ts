/**
 * The contract of a Service on a node, line by line: a name for each, and what it says. The model counts which lines decided a packet, so that a test
 * can tell whether it asked for each of them.
 */
export const CLAUSES = {
  'proxied/external-name': 'an ExternalName Service is left alone',
  'proxied/headless': 'a Service without a ClusterIP is left alone',
  'proxied/headless-label': 'so is one labelled service.kubernetes.io/headless',
  'proxied/proxy-name-label': 'and one labelled service.kubernetes.io/service-proxy-name',

  'family/ipv4': 'IPv4 frontends lead to IPv4 endpoints',
  'family/ipv6': 'IPv6 frontends lead to IPv6 endpoints',
  'family/absent': 'a Service has no frontend in a family in which it has no ClusterIP',
  'protocol/tcp': 'TCP',
  'protocol/udp': 'UDP',
  'protocol/sctp': 'SCTP',
  'protocol/other': 'a port is served for its protocol alone',
  'ports/several': 'each of several ports has its own endpoint ports',
  'ports/by-slice': 'a named target port may have another number in another slice',

  'frontend/cluster-ip': 'a ClusterIP and port',
  'frontend/external-ip': 'an external IP and port',
  'frontend/load-balancer': 'an ingress IP of the load balancer, of mode VIP or none',
  'frontend/proxy-mode': 'an ingress IP of mode Proxy is not programmed',
  'frontend/node-port': "a node port on the node's own addresses",
  'frontend/node-port-elsewhere': 'a node port at an address that is not chosen, or not ours, is nothing',
  'frontend/no-node-port': 'a load balancer without node ports has none',
  'frontend/address-first': 'an address and port goes before a node port of the same number',
  'claim/oldest': 'of two Services that claim one frontend the older has it',
  'claim/lesser-name': '… of equal age the one of the lesser namespace and name',

  'endpoints/ready': 'ready endpoints answer, others do not',
  'endpoints/untold': 'conditions that are not told mean ready, serving, and not terminating',
  'endpoints/published': 'publishNotReadyAddresses: slices say ready, and that is enough, whatever else they say',
  'endpoints/counted-once': 'an endpoint that stands in two slices counts once',
  'endpoints/weight': 'an endpoint of a slice with a weight is drawn so many times as often',
  'endpoints/labelled-slice': 'a slice that is labelled as a headless or a foreign one is left alone',
  'endpoints/terminating': 'if none is ready, those that serve while they terminate',
  'endpoints/fallback-apart': 'that is decided apart for policy Cluster and policy Local',
  'topology/node': "hints for this node, if every ready endpoint has a node's hint",
  'topology/zone': "else hints for this node's zone, if every ready endpoint has a zone's",
  'topology/incomplete': 'hints that a ready endpoint lacks do not count',
  'topology/none-here': 'nor do those of which none is meant for here',
  'topology/not-local': 'policy Local has no use for hints',
  'topology/distribution': 'trafficDistribution works by the hints in the slices, and by nothing else',

  'refusal/no-endpoints-tcp': 'without an endpoint anywhere TCP is reset',
  'refusal/no-endpoints-icmp': '… other protocols are answered by ICMP',
  'refusal/none-here': 'policy Local drops where endpoints are elsewhere and none is here',
  'policy/internal-cluster': 'internalTrafficPolicy Cluster: all endpoints at the ClusterIP',
  'policy/internal-local': "internalTrafficPolicy Local: this node's endpoints at the ClusterIP",
  'policy/external-cluster': 'externalTrafficPolicy Cluster: all endpoints at external frontends',
  'policy/external-local': "externalTrafficPolicy Local: this node's endpoints for who comes from outside",
  'policy/local-pod': '… all endpoints for pods',
  'policy/local-node': '… and for the node itself',

  'ranges/inside': 'a source in loadBalancerSourceRanges may use the load balancer',
  'ranges/outside': 'others are dropped',
  'ranges/node-port': 'node ports have no guard',
  'ranges/external-ip': 'nor have external IPs',
  'ranges/other-family': 'ranges of the other family alone are no guard',

  'affinity/first': 'a new client may get any endpoint, each as likely as another',
  'affinity/pinned': 'and stays with it',
  'affinity/added': '… when endpoints are added',
  'affinity/shared': '… at all frontends of the service port',
  'affinity/released': 'a client whose endpoint is gone gets another one',
  'affinity/local-replaces': 'a frontend of policy Local replaces a pin to an endpoint elsewhere',
  'affinity/timeout': 'for timeoutSeconds',
  'affinity/default-timeout': 'which is 10800 if not told',
  'affinity/expires': 'when that time is over a client is as good as new',
  'affinity/renewed': 'each new connection starts that time anew, as long as the Service now says',

  'masquerade/stays': 'who comes to an endpoint in the network of the node itself keeps its address',
  'masquerade/hairpin': 'a pod that is given itself is masqueraded',
  'masquerade/cluster-ip-pod': 'another pod at a ClusterIP is not',
  'masquerade/cluster-ip-node': 'the node at a ClusterIP is',
  'masquerade/cluster-ip-outside': 'who comes from outside to a ClusterIP is',
  'masquerade/external-cluster': 'who comes by an external frontend of policy Cluster is',
  'masquerade/external-pod': '… pods included',
  'masquerade/other-node-port': "… also a pod that uses another node's node port",
  'masquerade/local-keeps': 'under policy Local the client keeps its address',
  'masquerade/local-node': '… except the node itself',
  'masquerade/local-detour':
    '… and a pod of another node that is given an endpoint which is not here either: its answer would not come by this node',

  'flows/endpoint-gone': 'a UDP flow to an endpoint that is gone is forgotten, so that its next packet finds another',
  'flows/frontend-gone': 'so is one by a frontend that is gone, or another Service’s now',
  'flows/untranslated': 'and one that began before there was a frontend, when an endpoint comes',
  'flows/kept': 'all others go on, whatever changes',

  'guard/unserved': 'a port that a live ClusterIP does not serve is rejected',
  'guard/unassigned': 'an address of the service range that nobody has is dropped',
  'guard/pod-address': 'what is addressed to a pod is nobody’s business',
  'guard/stray':
    'a packet that belongs to no connection, and begins none, is not sent on to an address of the service range',
  'guard/stray-elsewhere': '… and to elsewhere goes untranslated',
  'guard/elsewhere': 'nor is what is addressed to the rest of the world',
} as const

export type Clause = keyof typeof CLAUSES

/** Told of each line that had a say in a verdict. */
export type Hit = (clause: Clause) => void
