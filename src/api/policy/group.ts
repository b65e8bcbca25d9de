import { declarations } from '#schema/schema.ts'

/** Declares the messages of policy/v1. */
export const { message, object } = declarations('io.k8s.api.policy.v1')
