import type { OtherResolver } from '../trace/resolver.ts'
import type { Sender } from '../trace/sender.ts'
import { senderText } from './object.ts'
import { listed } from './text.ts'

/** Whom a sender asks that does not ask the cluster’s DNS: `203.0.113.7 knows no names of the cluster`. */
export function otherResolverText(sender: Sender, other: OtherResolver): string {
  const who = senderText(sender)
  switch (other.kind) {
    case 'outside':
      return `${who} knows no names of the cluster`
    case 'machine':
      return `${who} asks the machine’s own resolver, which knows no names of the cluster`
    case 'host-network':
      return `${who} is on its node’s network, where dnsPolicy ClusterFirst means the node’s own resolver, which knows no names of the cluster`
    case 'policy': {
      const asks = other.servers.length > 0 ? listed(other.servers) : 'the node’s own resolver'
      return `${who} has dnsPolicy ${other.policy}: it asks ${asks}, which knows no names of the cluster`
    }
  }
}
