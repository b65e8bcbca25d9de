import type { ObjectRef } from '../trace/reference.ts'
import type { Sender } from '../trace/sender.ts'

/** `default/web`, `node-1` */
export const nameText = ({ namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>): string =>
  namespace ? `${namespace}/${name}` : name

/** `Deployment default/web`; a pod and a node with a small letter, as people write them. */
export const objectText = ({ kind, ...object }: ObjectRef): string =>
  `${kind === 'Pod' || kind === 'Node' ? kind.toLowerCase() : kind} ${nameText(object)}`

/** `pod default/client`, `node-1`, `the host`, `203.0.113.7` */
export function senderText(sender: Sender): string {
  switch (sender.kind) {
    case 'pod':
      return `pod ${nameText(sender)}`
    case 'node':
      return sender.name
    case 'host':
      return 'the host'
    case 'outside':
      return sender.address
  }
}
