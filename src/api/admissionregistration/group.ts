import { declarations } from '#schema/schema.ts'

/** Declares the messages of admissionregistration.k8s.io/v1. */
export const { message, object } = declarations('io.k8s.api.admissionregistration.v1')
