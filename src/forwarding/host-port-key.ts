import { type NamespacedName, objectKey, splitKey } from '#objects/object-key.ts'

/** In front of the key of a pod: what it makes is no key of a Service, whose name has no slash. */
const PREFIX = 'host-port'

/** The key by which forwarding knows the host ports of a pod, whose own is `default/web`. */
export const hostPortsKey = (pod: string): NamespacedName => ({ namespace: PREFIX, name: pod })

/** The pod's key, of such a one; undefined for a Service. */
export const podOfHostPorts = ({ namespace, name = '' }: Partial<NamespacedName>): string | undefined =>
  namespace === PREFIX && name.includes('/') ? name : undefined

/** For people, who forwarding knows by a key: `default/web`, or `pod default/web` for its host ports. */
export const claimantText = (key: string): string => {
  const { namespace, name } = splitKey(key)
  const pod = podOfHostPorts({ namespace, name })
  return pod === undefined ? objectKey(namespace, name) : `pod ${pod}`
}
