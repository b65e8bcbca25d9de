import type { Ingress } from '#api/networking/ingress/message.ts'
import { type LookUps, type ResolvedIngress, resolveIngress } from './resolved-ingress.ts'

interface Kept extends Eyes {
  readonly services: ReadonlyMap<string, unknown>
  readonly secrets: ReadonlyMap<string, unknown>
  readonly resolved: ResolvedIngress
}

/** How certificates are looked at. */
type Eyes = Pick<LookUps, 'checkCertificate' | 'certificateNames'>

const kept = new WeakMap<Ingress, Kept>()

/** What stands of an Ingress for as long as it, and what it asked for, are the same objects. */
export const resolvedIngress = (ingress: Ingress, lookUps: LookUps): ResolvedIngress => {
  const known = kept.get(ingress)
  if (known !== undefined && holds(known, lookUps)) return known.resolved
  const services = new Map<string, unknown>()
  const secrets = new Map<string, unknown>()
  const resolved = resolveIngress(ingress, {
    ...lookUps,
    service(key) {
      const found = lookUps.service(key)
      services.set(key, found)
      return found
    },
    secret(key) {
      const found = lookUps.secret(key)
      secrets.set(key, found)
      return found
    },
  })
  const { checkCertificate, certificateNames } = lookUps
  kept.set(ingress, { checkCertificate, certificateNames, services, secrets, resolved })
  return resolved
}

const holds = (known: Kept, now: LookUps): boolean => {
  if (known.checkCertificate !== now.checkCertificate || known.certificateNames !== now.certificateNames) return false
  for (const [key, found] of known.services) if (now.service(key) !== found) return false
  for (const [key, found] of known.secrets) if (now.secret(key) !== found) return false
  return true
}
