import type { Descriptions } from '#api/openapi/description.ts'

const PORTS = 'At which ports; none: all traffic, also what has no ports, such as ICMP.'

export const descriptions: Descriptions = {
  NetworkPolicy: {
    about:
      'What may reach some pods of its namespace, and whom they may reach. Policies add up: each lets more pass, and none forbids what another lets pass.',
    fields: { spec: 'The pods that it is about, and what may pass.' },
  },
  NetworkPolicySpec: {
    about: 'The pods that it is about, and what may pass.',
    fields: {
      podSelector:
        'The pods of its namespace that it isolates, in the directions of policyTypes; {}: all of them. Those with hostNetwork are not meant.',
      ingress: 'What may come in to these pods; none: nothing, where policyTypes has Ingress.',
      egress: 'Whom these pods may ask, the cluster’s DNS too; none: nobody, where policyTypes has Egress.',
      policyTypes:
        'The directions in which it isolates: Ingress, Egress or both. Absent: Ingress, and Egress where there are rules for it.',
    },
  },
  NetworkPolicyIngressRule: {
    about: 'Lets pass what comes from one of these peers and asks for one of these ports.',
    fields: { ports: `${PORTS} They are the pod’s own, not a Service’s.`, from: 'Who may ask; none: anybody.' },
  },
  NetworkPolicyEgressRule: {
    about: 'Lets pass what goes to one of these peers and asks for one of these ports.',
    fields: {
      ports: `${PORTS} They are those of who is asked, not a Service’s.`,
      to: 'Who may be asked; none: anybody. Behind a Service it is the pod that was chosen.',
    },
  },
  NetworkPolicyPeer: {
    about:
      'Some pods, or a range of addresses. Both selectors in one peer mean pods with these labels in namespaces with those; with a dash before each they are two peers.',
    fields: {
      podSelector: 'Pods with these labels, of the policy’s namespace, or of those that namespaceSelector means.',
      namespaceSelector:
        'Namespaces with these labels; alone: all pods of them. Their name is kubernetes.io/metadata.name.',
      ipBlock: 'A range of addresses, pods’ too, and no selector beside it. ClusterIPs of Services are never seen.',
    },
  },
  IPBlock: {
    about: 'A range of addresses.',
    fields: {
      cidr: 'The range, such as 192.168.0.0/16 or 2001:db8::/64.',
      except: 'Ranges within it that are left out; another peer may mean them.',
    },
  },
  NetworkPolicyPort: {
    about: 'A port, several in a row, or all of a protocol.',
    fields: {
      protocol: 'TCP (the default), UDP or SCTP.',
      port: 'A number, or the name that who is asked has for a port; absent: all of the protocol.',
      endPort: 'The last of several, from port on, which is a number then.',
    },
  },
}
