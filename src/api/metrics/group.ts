import { declarations } from '#schema/schema.ts'

/** Declares the messages of metrics.k8s.io/v1beta1. */
export const { message, object } = declarations('io.k8s.metrics.pkg.apis.metrics.v1beta1')
