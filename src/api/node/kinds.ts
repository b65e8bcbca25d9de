import type { Kind } from '#api/catalogue/kind.ts'
import { runtimeClass } from './runtimeclass/kind.ts'

/** What is served of the group `node.k8s.io`. */
export const nodeKinds: readonly Kind[] = [runtimeClass]
