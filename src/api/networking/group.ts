import { declarations } from '#schema/schema.ts'

/** Declares the messages of networking/v1. */
export const { message, object } = declarations('io.k8s.api.networking.v1')
