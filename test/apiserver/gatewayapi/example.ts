/** A spec of a kind; `why`: what it is refused with, absent: it is taken. `version`: absent for v1. */
export type Example = readonly [what: string, kind: string, spec: object, why?: RegExp, version?: string]

/** Where the backends of all examples are. */
export const backend = { name: 'web', port: 80 }
export const parentRefs = [{ name: 'edge' }]
