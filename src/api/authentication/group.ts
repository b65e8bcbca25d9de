import { declarations } from '#schema/schema.ts'

/** Declares the messages of authentication/v1. */
export const { message, object } = declarations('io.k8s.api.authentication.v1')
