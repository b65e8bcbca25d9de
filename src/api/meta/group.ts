import { declarations } from '#schema/schema.ts'

/** Declares the messages of meta/v1. */
export const { message, object } = declarations('io.k8s.apimachinery.pkg.apis.meta.v1')
