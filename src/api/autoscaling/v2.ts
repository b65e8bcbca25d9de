import { declarations } from '#schema/schema.ts'

/** Declares the messages of autoscaling/v2. */
export const { message, object } = declarations('io.k8s.api.autoscaling.v2')
