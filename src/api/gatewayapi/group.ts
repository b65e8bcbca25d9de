import { declarations } from '#schema/schema.ts'

/** Declares the messages of gateway.networking.k8s.io, of the project Gateway API: its kinds are custom resources. */
export const { message, object } = declarations('io.k8s.networking.gateway.v1')
