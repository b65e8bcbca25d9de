import { declarations } from '#schema/schema.ts'

/** Declares the messages of v1, the core group. */
export const { message, object } = declarations('io.k8s.api.core.v1')
