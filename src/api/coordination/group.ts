import { declarations } from '#schema/schema.ts'

/** Declares the messages of coordination/v1. */
export const { message, object } = declarations('io.k8s.api.coordination.v1')
