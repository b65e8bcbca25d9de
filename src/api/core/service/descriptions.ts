import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  Service: {
    about: 'A Service is one name and one address for a changing set of pods.',
    fields: {
      spec: 'What the Service should be.',
      status: 'What was done about it, such as the address of a load balancer. Written by the system.',
    },
  },
  ServiceSpec: {
    about: 'Says which pods are meant, how they are reached and from where.',
    fields: {
      allocateLoadBalancerNodePorts:
        'Whether a LoadBalancer Service gets node ports too. Default true; what it has it keeps.',
      clusterIP:
        'The virtual address inside the cluster. Given by the system, or asked for; None: no address, DNS names the pods.',
      clusterIPs: 'One virtual address for each IP family; the first is clusterIP.',
      externalIPs:
        'Further addresses for which nodes accept traffic. Bringing the traffic there is up to you. Deprecated.',
      externalName: 'The DNS name that a Service of type ExternalName is an alias (CNAME) for.',
      externalTrafficPolicy:
        'Cluster: any endpoint answers traffic from outside. Local: an endpoint of the node that it reached, and the client address is kept.',
      healthCheckNodePort:
        'The port on which nodes tell a load balancer whether they have an endpoint, with the policy Local.',
      internalTrafficPolicy: 'Cluster: any endpoint answers traffic from pods. Local: only one of the same node.',
      ipFamilies: 'The IP families of the Service, the first one first.',
      ipFamilyPolicy: 'SingleStack, PreferDualStack (two families where the cluster has them) or RequireDualStack.',
      loadBalancerClass: 'Which load balancer implementation is meant; empty: the one of the cluster.',
      loadBalancerIP: 'Deprecated: an address to ask the load balancer for.',
      loadBalancerSourceRanges: 'Ranges from which the load balancer accepts clients; empty: from everywhere.',
      ports: 'The ports that the Service answers on. Several ports need a name each.',
      publishNotReadyAddresses: 'Whether pods that are not ready count as endpoints.',
      selector: 'Labels of the pods behind the Service. Without one, endpoints are written by hand.',
      sessionAffinity: 'ClientIP keeps one client on one pod; None, the default, does not.',
      sessionAffinityConfig: 'How long the affinity holds.',
      trafficDistribution: 'A wish for near endpoints: PreferSameZone or PreferSameNode.',
      type: 'ClusterIP (the default): inside the cluster. NodePort: also on a port of every node. LoadBalancer: also on an address of its own. ExternalName: an alias in DNS.',
    },
  },
  ServicePort: {
    about: 'One port of a Service, and where it leads.',
    fields: {
      appProtocol: 'What is spoken on the port, such as kubernetes.io/h2c.',
      name: 'Name of the port, a DNS label; needed where there are several.',
      nodePort: 'The port on every node, 30000 to 32767 by default; given by the system when it is not asked for.',
      port: 'The port that clients of the Service use.',
      protocol: 'TCP (the default), UDP or SCTP.',
      targetPort: 'The port of the pods, a number or the name of a container port. Default: the same as port.',
    },
  },
  SessionAffinityConfig: {
    about: 'How the affinity of clients is kept.',
    fields: { clientIP: 'For the affinity ClientIP.' },
  },
  ClientIPConfig: {
    about: 'How long a client stays on its pod.',
    fields: { timeoutSeconds: 'Seconds after its last connection, up to 86400. Default 10800, three hours.' },
  },
  ServiceStatus: {
    about: 'How the Service is.',
    fields: {
      loadBalancer: 'The addresses of its load balancer.',
      conditions: 'What else is to be known of it, each type once.',
    },
  },
  LoadBalancerStatus: {
    about: 'What a load balancer reports.',
    fields: { ingress: 'Where it takes traffic in. Empty: it is not ready yet.' },
  },
  LoadBalancerIngress: {
    about: 'One address of a load balancer.',
    fields: {
      ip: 'The address, where the balancer has one.',
      hostname: 'The DNS name, where the balancer has one instead.',
      ipMode:
        'VIP: packets arrive with this address, and nodes may shortcut to it. Proxy: they must pass the balancer.',
      ports: 'The ports that it serves, and what is wrong with one.',
    },
  },
  PortStatus: {
    about: 'How one port of a load balancer is.',
    fields: { port: 'The port.', protocol: 'TCP, UDP or SCTP.', error: 'One word of what is wrong with it.' },
  },
}
