import { declarations } from '#schema/schema.ts'

/** Declares the messages of rbac.authorization.k8s.io/v1. */
export const { message, object } = declarations('io.k8s.api.rbac.v1')
