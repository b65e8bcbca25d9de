import { declarations } from '#schema/schema.ts'

/** Declares the messages of apidiscovery/v2. */
export const { message, object } = declarations('io.k8s.api.apidiscovery.v2')
