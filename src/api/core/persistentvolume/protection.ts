/** The finalizer that holds a volume while a claim has it. */
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection'
