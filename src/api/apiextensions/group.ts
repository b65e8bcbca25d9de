import { declarations } from '#schema/schema.ts'

/** Declares the messages of apiextensions/v1. */
export const { message, object } = declarations('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1')
