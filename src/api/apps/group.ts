import { declarations } from '#schema/schema.ts'

/** Declares the messages of apps/v1. */
export const { message, object } = declarations('io.k8s.api.apps.v1')
