import { declarations } from '#schema/schema.ts'

/** Declares the messages of certificates.k8s.io/v1. */
export const { message, object } = declarations('io.k8s.api.certificates.v1')
