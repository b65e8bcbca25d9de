import type { Kind } from '#api/catalogue/kind.ts'
import { endpointSlice } from './endpointslice/kind.ts'

/** What is served of the group `discovery.k8s.io`. */
export const discoveryKinds: readonly Kind[] = [endpointSlice]
