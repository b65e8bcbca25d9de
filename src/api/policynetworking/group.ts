import { declarations } from '#schema/schema.ts'

/** Declares the messages of policy.networking.k8s.io/v1alpha2, of the project network-policy-api: its kinds are custom resources. */
export const { message, object } = declarations('io.k8s.networking.policy.v1alpha2')
