import { declarations } from '#schema/schema.ts'

/** Declares the messages of events/v1. */
export const { message, object } = declarations('io.k8s.api.events.v1')
