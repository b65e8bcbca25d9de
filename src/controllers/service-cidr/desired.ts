import type { ServiceCIDR } from '#api/networking/servicecidr/message.ts'
import { timeText } from '#api/time-text.ts'
import { containsAddress, tryParseCidr } from '#net/cidr.ts'
import { tryParseAddress } from '#net/ip-address.ts'
import { withCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'

/** Holds a range whose addresses are in use. */
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer'

const READY = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' }
const TERMINATING = {
  type: 'Ready',
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
}

/** The state that a range should have, `now` in milliseconds since 1970: it is held until `isUsed` is false. */
export const desiredServiceCidr = (cidr: ServiceCIDR, isUsed: boolean, now: number): ServiceCIDR => {
  const finalizers = cidr.metadata?.finalizers ?? []
  const leaving = isLeaving(cidr)
  const others = finalizers.filter((one) => one !== FINALIZER)
  const held = leaving
    ? isUsed
      ? finalizers
      : others
    : finalizers.includes(FINALIZER)
      ? finalizers
      : [...finalizers, FINALIZER]
  const next = { ...(leaving ? TERMINATING : READY), lastTransitionTime: timeText(now) }
  const conditions = leaving && !isUsed ? cidr.status?.conditions : withCondition(cidr.status?.conditions, next)
  return {
    ...cidr,
    metadata: { ...cidr.metadata, finalizers: held },
    ...(conditions ? { status: { ...cidr.status, conditions } } : {}),
  }
}

/** Whether one of these addresses lies in the range and in none of the others that stay. */
export const isInUse = (cidr: ServiceCIDR, others: readonly ServiceCIDR[], addresses: Iterable<string>): boolean => {
  const rangesOf = (one: ServiceCIDR) => (one.spec?.cidrs ?? []).flatMap((text) => tryParseCidr(text) ?? [])
  const own = rangesOf(cidr)
  const rest = others.filter((one) => !isLeaving(one)).flatMap(rangesOf)
  for (const text of addresses) {
    const address = tryParseAddress(text)
    if (!address || !own.some((range) => containsAddress(range, address))) continue
    if (!rest.some((range) => containsAddress(range, address))) return true
  }
  return false
}
