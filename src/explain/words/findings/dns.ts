import type { DnsDown } from '../../trace/finding.ts'
import type { FindingText } from '../finding-text.ts'
import { senderText } from '../object.ts'
import { withProtocol } from '../text.ts'

const PORT = 53

/** `because`: why it does not answer, in words. */
export function dnsDown(
  { sender, server, sometimes, doubt }: DnsDown & { readonly doubt?: true },
  because: readonly FindingText[],
): FindingText {
  const who = senderText(sender)
  if (server === undefined)
    return {
      message: doubt
        ? `which Service is the cluster’s DNS is not known: none is kube-system/kube-dns, none has the label k8s-app=kube-dns; whether ${who} finds names cannot be told from here`
        : `${who} finds no names: the cluster’s DNS, Service kube-system/kube-dns, is not there`,
    }
  const [first, ...more] = because
  return {
    message: `${who} ${sometimes ? 'may find' : 'finds'} no names: it asks the cluster’s DNS at ${withProtocol(server, PORT, 'UDP')}${first ? `, and ${first.message}` : ', which does not answer'}`,
    details: [...(first?.details ?? []), ...more.map(({ message }) => message)],
  }
}
