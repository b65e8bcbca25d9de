import { declarations } from '#schema/schema.ts'

/** Declares the messages of autoscaling/v1. */
export const { message, object } = declarations('io.k8s.api.autoscaling.v1')
