import { declarations } from '#schema/schema.ts'

/** Declares the messages of scheduling.k8s.io/v1. */
export const { object } = declarations('io.k8s.api.scheduling.v1')
