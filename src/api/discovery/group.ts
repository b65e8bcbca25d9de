import { declarations } from '#schema/schema.ts'

/** Declares the messages of discovery/v1. */
export const { message, object } = declarations('io.k8s.api.discovery.v1')
