import type { Kind } from '#api/catalogue/kind.ts'
import { customResourceDefinition } from './customresourcedefinition/kind.ts'

/** What is served of the group `apiextensions.k8s.io`. */
export const apiextensionsKinds: readonly Kind[] = [customResourceDefinition]
