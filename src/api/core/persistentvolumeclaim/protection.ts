/** The finalizer that holds a claim while a pod uses it. */
export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection'
