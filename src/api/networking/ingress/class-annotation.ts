/** Named the class of an Ingress before `spec.ingressClassName` did. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
