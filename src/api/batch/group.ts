import { declarations } from '#schema/schema.ts'

/** Declares the messages of batch/v1. */
export const { message, object } = declarations('io.k8s.api.batch.v1')
