import { declarations } from '#schema/schema.ts'

/** Declares the messages of fairlead.dev/v1alpha1, the balancer's own kinds. */
export const { message, object } = declarations('dev.fairlead.v1alpha1')
