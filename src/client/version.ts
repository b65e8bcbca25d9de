/** Of this project; package.json says the same, and a test holds them together. */
export const VERSION = '0.1.0'
/** The Kubernetes release whose API is served. */
export const KUBERNETES_VERSION = 'v1.36.0'
