import { declarations } from '#schema/schema.ts'

/** Declares the messages of authorization/v1. */
export const { message, object } = declarations('io.k8s.api.authorization.v1')
