import type { Kind } from '#api/catalogue/kind.ts'
import { flowSchema } from './flowschema/kind.ts'
import { priorityLevelConfiguration } from './prioritylevelconfiguration/kind.ts'

/** What is served of the group `flowcontrol.apiserver.k8s.io`, in discovery’s order. */
export const flowcontrolKinds: readonly Kind[] = [flowSchema, priorityLevelConfiguration]
