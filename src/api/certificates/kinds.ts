import type { Kind } from '#api/catalogue/kind.ts'
import { certificateSigningRequest } from './certificatesigningrequest/kind.ts'

/** What is served of the group `certificates.k8s.io`. */
export const certificatesKinds: readonly Kind[] = [certificateSigningRequest]
