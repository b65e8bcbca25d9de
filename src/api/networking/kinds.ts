import type { Kind } from '#api/catalogue/kind.ts'
import { ingress } from './ingress/kind.ts'
import { ingressClass } from './ingressclass/kind.ts'
import { ipAddress } from './ipaddress/kind.ts'
import { networkPolicy } from './networkpolicy/kind.ts'
import { serviceCidr } from './servicecidr/kind.ts'

/** What is served of the group `networking.k8s.io`, in discovery's order. */
export const networkingKinds: readonly Kind[] = [ingressClass, ingress, ipAddress, networkPolicy, serviceCidr]
