import { declarations } from '#schema/schema.ts'

/** Declares the messages of storage.k8s.io/v1. */
export const { message, object } = declarations('io.k8s.api.storage.v1')
