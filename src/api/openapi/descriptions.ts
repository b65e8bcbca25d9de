import { own } from '#schema/own.ts'

/**
 * What `kubectl explain` says about messages and their fields, in our own words; the first words of a kind that users
 * meet.
 */
const DESCRIPTIONS: { readonly [name: string]: string } = {
  Service: 'A Service is one name and one address for a changing set of pods.',
  'Service.spec': 'What the Service should be.',
  'Service.status': 'What was done about it, such as the address of a load balancer. Written by the system.',
  ServiceSpec: 'ServiceSpec says which pods are meant, how they are reached and from where.',
  'ServiceSpec.allocateLoadBalancerNodePorts': 'Whether a LoadBalancer Service gets node ports too. Default true.',
  'ServiceSpec.clusterIP':
    'The virtual address inside the cluster. Given by the system, or asked for; None: no address, DNS names the pods.',
  'ServiceSpec.clusterIPs': 'One virtual address for each IP family; the first is clusterIP.',
  'ServiceSpec.externalIPs':
    'Further addresses for which nodes accept traffic. Bringing the traffic there is up to you.',
  'ServiceSpec.externalName': 'The DNS name that a Service of type ExternalName is an alias (CNAME) for.',
  'ServiceSpec.externalTrafficPolicy':
    'Cluster: any endpoint answers traffic from outside. Local: an endpoint of the node that it reached, and the client address is kept.',
  'ServiceSpec.healthCheckNodePort':
    'The port on which nodes tell a load balancer whether they have an endpoint, with the policy Local.',
  'ServiceSpec.internalTrafficPolicy':
    'Cluster: any endpoint answers traffic from pods. Local: only one of the same node.',
  'ServiceSpec.ipFamilies': 'The IP families of the Service, the first one first.',
  'ServiceSpec.ipFamilyPolicy': 'SingleStack, PreferDualStack or RequireDualStack.',
  'ServiceSpec.loadBalancerClass': 'Which load balancer implementation is meant; empty: the one of the cluster.',
  'ServiceSpec.loadBalancerIP': 'Deprecated: an address to ask the load balancer for.',
  'ServiceSpec.loadBalancerSourceRanges':
    'Ranges from which the load balancer accepts clients; empty: from everywhere.',
  'ServiceSpec.ports': 'The ports that the Service answers on. Several ports need a name each.',
  'ServiceSpec.publishNotReadyAddresses': 'Whether pods that are not ready count as endpoints.',
  'ServiceSpec.selector': 'Labels of the pods behind the Service. Without one, endpoints are written by hand.',
  'ServiceSpec.sessionAffinity': 'ClientIP keeps one client on one pod; None, the default, does not.',
  'ServiceSpec.sessionAffinityConfig': 'How long the affinity holds.',
  'ServiceSpec.trafficDistribution': 'A wish for near endpoints: PreferSameZone or PreferSameNode.',
  'ServiceSpec.type':
    'ClusterIP (the default): inside the cluster. NodePort: also on a port of every node. LoadBalancer: also on an address of its own. ExternalName: an alias in DNS.',
  'ServicePort.appProtocol': 'What is spoken on the port, such as kubernetes.io/h2c.',
  'ServicePort.name': 'Name of the port, a DNS label; needed where there are several.',
  'ServicePort.nodePort':
    'The port on every node, 30000 to 32767 by default; given by the system when it is not asked for.',
  'ServicePort.port': 'The port that clients of the Service use.',
  'ServicePort.protocol': 'TCP (the default), UDP or SCTP.',
  'ServicePort.targetPort':
    'The port of the pods, a number or the name of a container port. Default: the same as port.',
  Pod: 'A Pod is one or more containers that share an address and live and die together.',
  'Pod.spec': 'What the pod should be.',
  'Pod.status': 'How the pod is. Written by the system.',
  'PodSpec.containers': 'The containers of the pod, at least one.',
  'PodSpec.dnsPolicy':
    'Where names are looked up: ClusterFirst (the default), Default, ClusterFirstWithHostNet or None.',
  'PodSpec.enableServiceLinks': 'Whether Services of the namespace appear as environment variables. Default true.',
  'PodSpec.hostNetwork': 'Whether the pod uses the network of its node.',
  'PodSpec.hostname': 'Host name of the pod. Default: the name of the pod.',
  'PodSpec.initContainers': 'Containers that run to their end, one by one, before the others start.',
  'PodSpec.nodeName': 'The node that the pod runs on. Set by the scheduler.',
  'PodSpec.nodeSelector': 'Labels that the node must have.',
  'PodSpec.restartPolicy': 'Always (the default), OnFailure or Never.',
  'PodSpec.serviceAccountName': 'The account that the pod acts as.',
  'PodSpec.subdomain': 'With hostname: the headless Service under which the pod has a DNS name.',
  'PodSpec.terminationGracePeriodSeconds': 'Seconds between SIGTERM and SIGKILL. Default 30.',
  'PodSpec.tolerations': 'Taints of nodes that the pod does not mind.',
  'PodSpec.volumes': 'Volumes that containers may mount.',
  'Container.args': 'Arguments of the command.',
  'Container.command': 'The program to run, instead of that of the image.',
  'Container.env': 'Environment variables.',
  'Container.image': 'The image.',
  'Container.livenessProbe': 'A container that fails it is started again.',
  'Container.name': 'Name of the container, a DNS label, unique in the pod.',
  'Container.ports': 'Ports that the container listens on. A name given here can be a targetPort.',
  'Container.readinessProbe': 'A pod that fails it gets no traffic from Services.',
  'Container.resources': 'CPU and memory: how much is asked for, and how much is the most.',
  'ObjectMeta.annotations': 'Notes of any kind.',
  'ObjectMeta.labels': 'Words by which selectors find the object.',
  'ObjectMeta.name': 'Name, unique among objects of the kind in the namespace.',
  'ObjectMeta.namespace': 'The namespace that the object lives in.',
}

/** A few words about a message, or about its field. */
export const describe = (messageName: string, field?: string): string | undefined =>
  own(DESCRIPTIONS, field === undefined ? messageName : `${messageName}.${field}`)
