import { declarations } from '#schema/schema.ts'

/** Declares the messages of apiregistration.k8s.io/v1. */
export const { message, object } = declarations('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1')
